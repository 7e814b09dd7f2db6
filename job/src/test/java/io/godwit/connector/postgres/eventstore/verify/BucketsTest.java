package io.godwit.connector.postgres.eventstore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.verify.Buckets.Range;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BucketsTest {

    private static final long LAST = Buckets.COUNT - 1;

    @Test
    void neighboursAreOneRange() {
        Buckets buckets = Buckets.of(101, 100 + 10 * Buckets.COUNT);
        assertThat(buckets).isEqualTo(new Buckets(101, 10));
        assertThat(buckets.ranges(new TreeSet<>(List.of(3L, 4L, 9L)), 1_000_000))
                .containsExactly(new Range(131, 150), new Range(191, 200));
    }

    @Test
    void theFirstAndTheLastAreOpen() {
        Buckets buckets = Buckets.of(101, 100 + 10 * Buckets.COUNT);
        assertThat(buckets.ranges(new TreeSet<>(List.of(0L, LAST)), 1_000_000))
                .containsExactly(
                        new Range(Long.MIN_VALUE, 110), new Range(101 + 10 * LAST, 1_000_000));
    }

    @Test
    void allOfThemAreEverything() {
        TreeSet<Long> all = new TreeSet<>();
        for (long bucket = 0; bucket <= LAST; bucket++) {
            all.add(bucket);
        }
        for (long span : new long[] {1, 4095, 4096, 4097, 200_000_001}) {
            assertThat(Buckets.of(5, 4 + span).ranges(all, Long.MAX_VALUE))
                    .containsExactly(Range.through(Long.MAX_VALUE));
        }
    }

    @Test
    void aStoreWithoutRowsHasBucketsToo() {
        assertThat(Buckets.of(0, 0).width()).isEqualTo(1);
        assertThat(Buckets.of(0, -1).width()).isEqualTo(1);
    }
}
