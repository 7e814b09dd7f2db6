package io.godwit.cli;

/** What the process says to the shell. Stable: scripts depend on it. */
final class ExitCode {

    static final int DONE = 0;
    static final int INTERNAL = 1;
    static final int USAGE = 2;
    static final int REFUSED = 3;
    static final int FAILED = 4;
    static final int UNREACHABLE = 5;

    private ExitCode() {}
}
