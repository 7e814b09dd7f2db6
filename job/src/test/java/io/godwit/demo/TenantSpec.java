package io.godwit.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** jobs-config/tenant-acme.yaml, with the demo's databases in the place of the variables. */
final class TenantSpec {

    static final String NAME = "tenant-acme";

    private static final Path EXAMPLE = Path.of("..", "jobs-config", NAME + ".yaml");

    /** The tenant that the example names. */
    private static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";

    private TenantSpec() {}

    static Path write(DemoFolder folder, SharedStore store) throws IOException {
        Path secret = folder.secret("postgres.secret", store.shared().password());
        String text = Files.readString(EXAMPLE);
        text = replaced(text, ACME, store.acme().toString());
        text = replaced(text, "${GODWIT_SOURCE_URL}", store.shared().url());
        text = replaced(text, "${GODWIT_SOURCE_USER}", store.shared().user());
        text = replaced(text, "${GODWIT_SOURCE_PASSWORD}", "${file:" + secret + "}");
        text = replaced(text, "${GODWIT_TENANT_TARGET_URL}", store.dedicated().url());
        text = replaced(text, "${GODWIT_TARGET_USER}", store.dedicated().user());
        text = replaced(text, "${GODWIT_TARGET_PASSWORD}", "${file:" + secret + "}");
        // Nobody wants to watch ten seconds of nothing.
        text = replaced(text, "checkpoint_interval: 10s", "checkpoint_interval: 1s");
        return Files.writeString(folder.path().resolve(NAME + ".yaml"), text);
    }

    private static String replaced(String text, String what, String by) {
        if (!text.contains(what)) {
            throw new IllegalStateException(EXAMPLE + " has no '" + what + "'");
        }
        return text.replace(what, by);
    }
}
