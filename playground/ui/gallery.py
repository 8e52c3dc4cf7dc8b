"""What the gallery says of each model: one card a checkpoint, in the order of the page."""

APART = "Take it apart"

# checkpoint → a short title, its page, the words of the link, the idea, what it can, what it cannot
CARDS = {
    "fvsbn-mnist": (
        "FVSBN",
        ("pages/belief_networks/fvsbn.py", APART),
        "Each pixel is a logistic regression on those before it.",
        "exact log p · every logit is a sum to read",
        "only sums: no either–or",
    ),
    "nade-mnist": (
        "NADE",
        ("pages/belief_networks/nade.py", APART),
        "One hidden layer, updated by one column a pixel.",
        "exact log p · samples as cheap as log p",
        "one ordering only",
    ),
    "nade-agnostic-mnist": (
        "Order-agnostic NADE",
        ("pages/belief_networks/orderings.py", "Any ordering"),
        "One network for every ordering of the pixels.",
        "exact log p · completes <i>any</i> region exactly",
        "orderings do not agree with one another",
    ),
    "rnade-digits": (
        "RNADE",
        ("pages/belief_networks/rnade.py", "Real numbers"),
        "NADE for real values: a mixture for each number.",
        "exact density · real data",
        "a fixed number of components",
    ),
    "made-mnist": (
        "MADE",
        ("pages/made/generate.py", "Its digits"),
        "An autoencoder whose masks make it autoregressive.",
        "exact log p in one pass · many masks, one net",
        "wide layers needed: masks cut paths",
    ),
    "pixelcnn-mnist": (
        "PixelCNN",
        ("pages/pixelcnn/generate.py", "Watch it write"),
        "One stack of masked convolutions.",
        "exact log p · shared weights, few of them",
        "a blind spot · one pixel after another",
    ),
    "gated-pixelcnn-mnist": (
        "Gated PixelCNN",
        ("pages/pixelcnn/generate.py", "Watch it write"),
        "A vertical and a horizontal stack with gates.",
        "exact log p · no blind spot",
        "no latent code · more to compute a pixel",
    ),
    "pixelcnn-digits": (
        "PixelCNN, 8×8 digits",
        ("pages/pixelcnn/generate.py", "Watch it write"),
        "The same with 16 grey levels, on 8×8 pixels.",
        "exact log p · grey levels",
        "small pictures · one pixel after another",
    ),
    "ebm-mnist": (
        "Energy model",
        ("pages/energy/digits.py", "Watch its chains"),
        "One number for a whole picture: low on digits.",
        "ratios, anomalies, denoising without Z",
        "no log p: Z is unknown · samples take long chains",
    ),
    "rbm-mnist": (
        "RBM",
        ("pages/energy/rbm.py", "Take it apart"),
        "Visible and hidden coins that draw each other in turn.",
        "free energy in one sum · completes by clamping",
        "log Z only estimated · chains mix slowly",
    ),
    "autoencoder-mnist-2d": (
        "Autoencoder",
        ("pages/autoencoders/generative.py", "Is it generative?"),
        "Two numbers a digit, and back. Above: codes from N(0, I).",
        "compresses · draws a map of the digits",
        "no p(z): nothing says which codes to draw",
    ),
    "vae-mnist-2d": (
        "VAE, two numbers",
        ("pages/autoencoders/plane.py", "Walk its plane"),
        "A Gaussian for each digit, and a prior over all.",
        "draws · encodes · a plane to walk on",
        "log p only bounded · two numbers blur",
    ),
    "vae-mnist": (
        "VAE",
        ("pages/autoencoders/dimensions.py", "Take it apart"),
        "The same with thirty-two numbers and convolutions.",
        "draws at once · encodes · interpolates",
        "log p only bounded",
    ),
    "gan-mnist": (
        "GAN",
        ("pages/gan/digits.py", "Walk its codes"),
        "A generator, and a discriminator that it fooled.",
        "sharp pictures, drawn at once",
        "no likelihood · no encoder",
    ),
}


def figure_of(measured: dict) -> tuple[str, str]:
    """What `evaluate` found, as a short figure and what it means.

    measured: the JSON object of a checkpoint's validation.
    """
    if measured.get("frechet"):
        words = "Fréchet distance of generated to held-out digits; that of training digits"
        return f"Fréchet {measured['frechet']:.2f}", f"{words}: {measured['frechet_real']:.2f}"
    if measured.get("kind") == "reconstruction":
        return (
            f"{measured['reconstruction_nats']:.1f} nats lost",
            "Mean −log p(x|z), held-out examples: no likelihood",
        )
    if measured.get("nll_nats") is None:
        return f"AUROC {measured['auroc']['rotated']:.2f}", "AUROC of E: digits against the same digits turned by 90°"
    sign, note = {"ais": ("≈ ", ", log Z by AIS"), "elbo": ("≤ ", ": −ELBO, an upper bound")}.get(
        measured.get("kind"), ("", "")
    )
    return f"{sign}{measured['nll_nats']:.2f} nats", f"Mean −log p of held-out examples{note}"
