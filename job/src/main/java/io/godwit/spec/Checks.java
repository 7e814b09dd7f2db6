package io.godwit.spec;

import java.time.Duration;

/**
 * The checks that compact constructors of spec records share. They throw what the loader locates.
 */
public final class Checks {

    private Checks() {}

    public static void required(String key, Object value) {
        if (value == null || (value instanceof String text && text.isBlank())) {
            throw new IllegalArgumentException(key + " is missing");
        }
    }

    public static void jdbcUrl(String key, String url) {
        required(key, url);
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    key + " is no JDBC URL of PostgreSQL; it begins with jdbc:postgresql:");
        }
        if (url.matches("(?i)[^?]*@.*|.*[?&][a-z]*password=.*")) {
            throw new IllegalArgumentException(
                    key + " carries a password; give it as 'password: ${ENV_NAME}'");
        }
    }

    public static void atLeast(String key, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(key + " is " + value + "; it is at least " + least);
        }
    }

    public static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + " is " + value + "; it is not negative");
        }
    }

    public static void positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + " is " + value + "; it is more than 0s");
        }
    }

    /** A URL without its query, which may hold a password. */
    public static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
