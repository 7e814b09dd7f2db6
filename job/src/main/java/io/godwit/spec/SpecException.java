package io.godwit.spec;

/** The spec cannot be used: the message names the file, the key and what is allowed there. */
public final class SpecException extends RuntimeException {

    public SpecException(String message) {
        super(message);
    }

    public SpecException(String message, Throwable cause) {
        super(message, cause);
    }
}
