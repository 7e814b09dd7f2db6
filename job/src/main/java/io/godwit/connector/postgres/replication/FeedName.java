package io.godwit.connector.postgres.replication;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The name of a migration's slot and publication: {@code godwit_}, what a slot's name can have of
 * the migration's, and a hash of that name and the database, for the slots of all databases of a
 * server share one space of names.
 */
record FeedName(String value) {

    static final String PREFIX = "godwit_";

    private static final int READABLE = 40;
    private static final int HASH_BYTES = 5;

    static FeedName of(String migration, String database) {
        String plain = migration.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        String readable = plain.substring(0, Math.min(READABLE, plain.length()));
        return new FeedName(PREFIX + readable + "_" + hash(migration + "\n" + database));
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
