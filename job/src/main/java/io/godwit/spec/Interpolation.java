package io.godwit.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces {@code ${ENV_NAME}} and {@code ${file:PATH}} in the values of a spec. */
final class Interpolation {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final UnaryOperator<String> environment;

    Interpolation(UnaryOperator<String> environment) {
        this.environment = environment;
    }

    String resolve(String text) {
        Matcher reference = REFERENCE.matcher(text);
        StringBuilder resolved = new StringBuilder();
        while (reference.find()) {
            reference.appendReplacement(
                    resolved, Matcher.quoteReplacement(value(reference.group(1))));
        }
        return reference.appendTail(resolved).toString();
    }

    /**
     * A secret is one reference and nothing else; a literal would end in a file and in a ledger.
     */
    Secret secret(String text) {
        Matcher reference = REFERENCE.matcher(text);
        if (!reference.matches()) {
            throw new IllegalArgumentException(
                    "a secret is given as ${ENV_NAME} or ${file:PATH}, not as a literal");
        }
        return new Secret(value(reference.group(1)));
    }

    private String value(String reference) {
        if (reference.startsWith("file:")) {
            return file(reference.substring("file:".length()));
        }
        if (!ENV_NAME.matcher(reference).matches()) {
            throw new IllegalArgumentException(
                    "${" + reference + "} is no reference; ${ENV_NAME} or ${file:PATH}");
        }
        String value = environment.apply(reference);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the environment variable " + reference + " is not set");
        }
        return value;
    }

    private static String file(String path) {
        try {
            return Files.readString(Path.of(path)).stripTrailing();
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + path + " cannot be read", e);
        }
    }
}
