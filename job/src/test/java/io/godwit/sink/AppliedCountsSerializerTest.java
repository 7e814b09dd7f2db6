package io.godwit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.godwit.testkit.StoredState;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AppliedCountsSerializerTest {

    private static final AppliedCountsSerializer SERIALIZER = AppliedCountsSerializer.INSTANCE;
    private static final String FILE = "applied-counts-v1.bin";
    private static final AppliedCounts STORED =
            new AppliedCounts("7c9e6679-7425-40de-944b-e07fc1f90ae7", 120_000, 37, 1);

    @Test
    void countsReadBackAsTheyWere() throws IOException {
        AppliedCounts counts = new AppliedCounts("", Long.MAX_VALUE, 0, 1);
        assertThat(SERIALIZER.deserialize(SERIALIZER.getVersion(), SERIALIZER.serialize(counts)))
                .isEqualTo(counts);
    }

    @Test
    void bytesOfVersionOneAreStillRead() throws IOException {
        assertThat(SERIALIZER.deserialize(1, StoredState.bytes(FILE))).isEqualTo(STORED);
    }

    /** When this fails, the form has changed: raise the version and keep reading the old one. */
    @Test
    void thisVersionStillWritesTheFormOfVersionOne() throws IOException {
        assertThat(SERIALIZER.getVersion()).isEqualTo(1);
        assertThat(SERIALIZER.serialize(STORED)).isEqualTo(StoredState.bytes(FILE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void versionThatIsNotKnownIsRefusedByNumber(int version) {
        assertThatIOException()
                .isThrownBy(() -> SERIALIZER.deserialize(version, StoredState.bytes(FILE)))
                .withMessageContaining("counts: " + version);
    }

    @Test
    void bytesThatWereCutOffAreRefused() throws IOException {
        byte[] whole = StoredState.bytes(FILE);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIOException().isThrownBy(() -> SERIALIZER.deserialize(1, cut));
        }
    }
}
