package io.godwit.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A block's metadata as the chain service holds it. A block that was truly skipped has empty
 * strings.
 */
public record Block(
        int tag,
        long height,
        String hash,
        String parentHash,
        long parentHeight,
        String objectKeyMain,
        boolean skipped,
        long timestamp) {

    public Block {
        Objects.requireNonNull(hash, "hash");
        Objects.requireNonNull(parentHash, "parentHash");
        Objects.requireNonNull(objectKeyMain, "objectKeyMain");
    }

    static Block regular(
            int tag,
            long height,
            String hash,
            String parentHash,
            long parentHeight,
            long timestamp) {
        String key =
                "BLOCKCHAIN_EXAMPLE/NETWORK_EXAMPLE_MAINNET/"
                        + tag
                        + "/"
                        + height
                        + "/"
                        + hash
                        + ".gzip";
        return new Block(tag, height, hash, parentHash, parentHeight, key, false, timestamp);
    }

    static Block skipped(int tag, long height, long timestamp) {
        return new Block(tag, height, "", "", 0, "", true, timestamp);
    }

    /** The rest of its name in its (tag, height): the hash, or "null" where there is none. */
    public String rid() {
        return hash.isEmpty() ? "null" : hash;
    }

    /** A hash that looks real and depends on nothing but the text. */
    static String hashOf(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "0x" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
