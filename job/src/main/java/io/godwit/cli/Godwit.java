package io.godwit.cli;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command and its subcommands; one class each. */
@Command(
        name = "godwit",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Live, zero-downtime migration of event stores.",
        subcommands = {
            DemoCommand.class,
            PlanCommand.class,
            MigrateCommand.class,
            StatusCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            CutoverCommand.class,
            RollbackCommand.class,
            AbortCommand.class,
            VerifyCommand.class,
            AuditCommand.class,
            ListCommand.class
        })
final class Godwit {

    private final Console console;
    private final boolean insideFlink;

    Godwit(PrintStream out, boolean insideFlink) {
        this.console = new Console(out);
        this.insideFlink = insideFlink;
    }

    Console console() {
        return console;
    }

    /**
     * True when Flink's own client runs this program, which then submits where that client says.
     */
    boolean insideFlink() {
        return insideFlink;
    }

    /** Runs a command line; a failure is thrown as it is. */
    static int run(PrintStream out, boolean insideFlink, String... arguments) throws Exception {
        CommandLine line = new CommandLine(new Godwit(out, insideFlink));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        Exception[] failure = new Exception[1];
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> {
                    failure[0] = e;
                    return ExitCode.INTERNAL;
                });
        line.setOut(new java.io.PrintWriter(out, true));
        int exitCode = arguments.length == 0 ? line.execute("--help") : line.execute(arguments);
        if (failure[0] != null) {
            throw failure[0];
        }
        return exitCode;
    }
}
