from playground.widgets.player import PlayerState, player
