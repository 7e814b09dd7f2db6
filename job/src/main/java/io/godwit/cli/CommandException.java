package io.godwit.cli;

/** Ends a command with an exit code and one clear message. */
final class CommandException extends RuntimeException {

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    static CommandException refused(String message) {
        return new CommandException(ExitCode.REFUSED, message);
    }
}
