package io.godwit.cli;

import io.godwit.connector.Connectors;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.SpecException;
import io.godwit.spec.SpecLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.fs.Path;

/**
 * A spec with its text, as it is stored in the ledger.
 *
 * @param text the YAML: references to secrets, never secrets
 */
record SpecFile(String text, MigrationSpec spec) {

    /**
     * @param location a path, or a URI of any Flink file system
     */
    static SpecFile read(String location) {
        try {
            Path path = new Path(location);
            if (path.toUri().getScheme() == null) {
                path = new Path(java.nio.file.Path.of(location).toAbsolutePath().toUri());
            }
            try (InputStream in = path.getFileSystem().open(path)) {
                return of(location, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new SpecException(location + " cannot be read: " + e.getMessage(), e);
        }
    }

    static SpecFile of(String location, String text) {
        return new SpecFile(
                text, new SpecLoader(Connectors.TYPES, System::getenv).load(location, text));
    }
}
