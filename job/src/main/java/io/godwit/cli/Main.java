package io.godwit.cli;

/** The entry of godwit.jar: runs a command and ends the process with its exit code. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            return Godwit.run(System.out, false, arguments);
        } catch (Exception e) {
            Failure failure = Failure.of(e);
            System.err.println("godwit: " + failure.message());
            if (failure.detail()) {
                e.printStackTrace(System.err);
            }
            return failure.exitCode();
        }
    }
}
