package io.godwit.spec;

import java.io.Serializable;
import java.util.Objects;

/**
 * A secret from the environment or a file. It is never printed: {@code toString} is {@code ***}.
 */
public final class Secret implements Serializable {

    private final String value;

    public Secret(String value) {
        this.value = Objects.requireNonNull(value, "value");
    }

    /** The secret itself, for the client that needs it and for nothing else. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
