"""How well the points in the plane are modelled: RNADE as shipped, one Gaussian, and a mixture with as many components.

    python -m benchmarks.densities --json

Mean −log density in nats on the validation points. The Gaussian (full covariance) and the mixture of Gaussians (full
covariances, scikit-learn, best of three starts) are fitted to 20,000 of the training points. The last line is one JSON
object.
"""

import json

import click
from sklearn.mixture import GaussianMixture

from playground import checkpoints, data, densities
from playground.training.measure import measure


def compare(name: str) -> dict:
    """One row of the table."""
    loaded = checkpoints.load(f"rnade-{name}")
    dataset = data.load(name)
    train, valid = (rows[:, 0] for rows in (dataset.train[:20_000], dataset.valid))
    components = loaded.model.config.components
    return {
        "data": name,
        "rnade_nats": measure(loaded, dataset).nll_nats,
        "gaussian_nats": -float(GaussianMixture(1).fit(train).score(valid)),
        "mixture_nats": -float(GaussianMixture(components, n_init=3, random_state=0).fit(train).score(valid)),
        "components": components,
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def main(as_json: bool) -> None:
    """−log density of held-out points, nats: RNADE, a Gaussian, a mixture of Gaussians."""
    rows = [compare(name) for name in densities.PLANE]
    click.echo("data       RNADE   Gaussian   mixture of K   K")
    for row in rows:
        click.echo(
            f"{row['data']:8} {row['rnade_nats']:7.3f}   {row['gaussian_nats']:8.3f}   {row['mixture_nats']:12.3f}  "
            f"{row['components']:2}"
        )
    if as_json:
        click.echo(json.dumps({"benchmark": "densities", "results": rows}))


if __name__ == "__main__":
    main()
