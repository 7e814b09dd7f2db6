package io.godwit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MultisetDigestTest {

    private static final List<String> A = List.of("height=1", "hash=a");
    private static final List<String> B = List.of("height=2", "hash=b");

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static String digest(List<String>... rows) {
        return digestOf(Arrays.asList(rows));
    }

    private static String digestOf(List<List<String>> rows) {
        MultisetDigest digest = new MultisetDigest();
        rows.forEach(digest::add);
        return digest.hex();
    }

    @Test
    void orderOfRowsDoesNotMatter() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rows.add(List.of("height=" + i % 150));
        }
        String expected = digestOf(rows);
        for (long seed = 1; seed <= 20; seed++) {
            Collections.shuffle(rows, new Random(seed));
            assertThat(digestOf(rows)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void numberOfEqualRowsMatters() {
        assertThat(digest(A, A)).isNotEqualTo(digest());
        assertThat(digest(A, A)).isNotEqualTo(digest(A));
        assertThat(digest(A, A, B)).isNotEqualTo(digest(A, B, B));
    }

    @Test
    void everyColumnMatters() {
        assertThat(digest(A)).isNotEqualTo(digest(List.of("height=1", "hash=A")));
        assertThat(digest(A)).isNotEqualTo(digest(List.of("height=1")));
        assertThat(digest(A)).isNotEqualTo(digest(List.of("hash=a", "height=1")));
    }

    @Test
    void columnsDoNotRunIntoEachOtherAndRowsNeither() {
        assertThat(digest(List.of("ab", "c"))).isNotEqualTo(digest(List.of("a", "bc")));
        assertThat(digest(List.of("a", ""))).isNotEqualTo(digest(List.of("a")));
        assertThat(digest(List.of("a", "b"))).isNotEqualTo(digest(List.of("a"), List.of("b")));
        assertThat(digest(List.of())).isNotEqualTo(digest());
    }

    @Test
    void digestIsThirtyTwoHexadecimalDigits() {
        assertThat(digest()).isEqualTo("0".repeat(32));
        assertThat(digest(A, B)).matches("[0-9a-f]{32}");
    }
}
