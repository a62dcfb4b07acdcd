"""The worker: walks journeys, makes contacts, carries pokes. `python -m worker`, until SIGTERM."""

from commands import running
from commands.exits import finish

if __name__ == "__main__":
    finish(running.worker)
