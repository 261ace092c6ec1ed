"""The worker's entry: it runs a job of any kind, and turns whatever goes wrong into the job's last report."""

from __future__ import annotations

from digitscope.jobs.messages import Channel, Ended, Job, PersonaliseJob, TrainingJob
from digitscope.jobs.personalise import personalise
from digitscope.jobs.training import train


def work(job: Job, channel: Channel) -> None:
    """Run `job` to its end, or to a Stop; the last report is always `Ended`.

    Raises EOFError or BrokenPipeError when the page's end of the channel is closed.
    """
    try:
        match job:
            case TrainingJob():
                train(job, channel)
            case PersonaliseJob():
                personalise(job, channel)
    except (EOFError, BrokenPipeError):
        raise  # there is nobody left to tell
    except Exception as error:  # everything that goes wrong must reach the page as a sentence
        sentence = f"The job broke off: {type(error).__name__}: {error}"
        channel.send(Ended("failed", sentence if sentence.endswith(".") else f"{sentence}."))
