package io.godwit.demo;

/** Something did not go or did not match as it should; the demo ends with this exit code. */
final class DemoFailure extends RuntimeException {

    /** As Godwit's own exit code for a mismatch. */
    static final int MISMATCH = 4;

    private final int exitCode;

    DemoFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
