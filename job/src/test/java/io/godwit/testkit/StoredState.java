package io.godwit.testkit;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that an earlier version wrote into a checkpoint, kept as files. They are never rewritten.
 */
public final class StoredState {

    private StoredState() {}

    public static byte[] bytes(String name) throws IOException {
        try (InputStream in = StoredState.class.getResourceAsStream("/state/" + name)) {
            if (in == null) {
                throw new IOException("/state/" + name + " is not on the class path");
            }
            return in.readAllBytes();
        }
    }
}
