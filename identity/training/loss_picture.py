"""loss.png: the loss of every step and its running mean, and the learning rate below."""

from __future__ import annotations

from pathlib import Path

from identity.training.progress import StepRecord

SMOOTHING_SHARE = 0.05  # of the run, the window of the running mean
INK, FAINT, LINE = "#22303c", "#9db4c0", "#c8553d"


def running_mean(values: list[float], window: int) -> list[float]:
    """Mean over `window` values around each one, fewer at the ends; as long as `values`."""
    half = max(window // 2, 0)
    means = []
    for position in range(len(values)):
        near = values[max(0, position - half) : position + half + 1]
        means.append(sum(near) / len(near))
    return means


def draw_loss(records: list[StepRecord], file: Path, title: str) -> None:
    """Write the picture as PNG, 1600 x 960 pixels."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    steps = [record.step for record in records]
    losses = [record.loss for record in records]
    figure = Figure(figsize=(10, 6), dpi=160, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [4, 1]})
    above.plot(steps, losses, color=FAINT, linewidth=1.2, marker="." if len(steps) < 60 else None, label="each step")
    window = max(3, round(len(losses) * SMOOTHING_SHARE))
    above.plot(steps, running_mean(losses, window), color=LINE, linewidth=2.6, label=f"mean of {window} steps")
    above.set_ylabel("loss (nats per token)", fontsize=13)
    above.set_title(title, fontsize=15, color=INK, loc="left")
    above.legend(frameon=False, fontsize=12)
    below.plot(steps, [record.learning_rate for record in records], color=INK, linewidth=1.6)
    below.set_ylabel("learning rate", fontsize=12)
    below.set_xlabel("step", fontsize=13)
    below.ticklabel_format(axis="y", style="sci", scilimits=(-2, 2))
    for axes in (above, below):
        axes.tick_params(labelsize=11)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
