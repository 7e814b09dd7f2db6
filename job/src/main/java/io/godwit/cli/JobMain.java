package io.godwit.cli;

/**
 * The entry of godwit-job.jar, which Flink runs in its own processes: the client of {@code flink
 * run}, or the JobManager for the web UI's Submit page. So it never ends the process; what fails is
 * thrown, for Flink to show.
 */
public final class JobMain {

    private JobMain() {}

    public static void main(String[] arguments) throws Exception {
        int exitCode;
        try {
            exitCode = Godwit.run(System.out, true, arguments);
        } catch (CommandException e) {
            throw new IllegalStateException("godwit: " + e.getMessage(), e);
        }
        if (exitCode != ExitCode.DONE) {
            throw new IllegalStateException(
                    "godwit " + String.join(" ", arguments) + " ended with exit code " + exitCode);
        }
    }
}
