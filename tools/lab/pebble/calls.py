"""Running a command to its end, and saying what goes on; what fails ends the program."""
import subprocess
import sys


def say(*words):
    print("pebble-lab:", *words, file=sys.stderr)


def die(*words):
    say(*words)
    sys.exit(1)


def call(argv, **kw):
    """Run argv; on failure show what it said and stop."""
    done = subprocess.run([str(a) for a in argv], text=True, capture_output=True, **kw)
    if done.returncode:
        die(f"{argv[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return done.stdout
