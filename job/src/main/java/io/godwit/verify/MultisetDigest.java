package io.godwit.verify;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * A 128-bit digest of a multiset of rows: the sum, modulo 2^128, of each row's 128-bit hash. The
 * order of rows does not matter, their number does: two equal rows do not cancel out as they would
 * with XOR. MD5 serves as a well-mixed hash here, against accidents and not against an adversary.
 */
public final class MultisetDigest {

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    private final MessageDigest hash;
    private BigInteger sum = BigInteger.ZERO;

    public MultisetDigest() {
        try {
            hash = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has MD5", e);
        }
    }

    /** Adds a row, given as its canonical form. */
    public void add(List<String> form) {
        for (String column : form) {
            hash.update(column.getBytes(StandardCharsets.UTF_8));
            hash.update((byte) 0);
        }
        sum = sum.add(new BigInteger(1, hash.digest())).mod(MODULUS);
    }

    /** The digest as 32 hexadecimal digits. */
    public String hex() {
        return String.format("%032x", sum);
    }
}
