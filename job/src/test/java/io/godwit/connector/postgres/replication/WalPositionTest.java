package io.godwit.connector.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WalPositionTest {

    private static final long PAGE = 8192;
    private static final long SEGMENT = 16 << 20;

    /** Behind a full page the insert position is behind the next page's header already. */
    @ParameterizedTest
    @CsvSource({
        "16785448, 16785448", // in a page
        "16785432, 16785408", // behind a page's header
        "16785424, 16785424", // a record may end before it
        "16777256, 16777216", // behind a segment's header, which is longer
        "16777240, 16777240",
        "16785408, 16785408" // at the end of a page
    })
    void isWhereTheLastRecordEnds(long insert, long end) {
        assertThat(WalPosition.endOfRecord(insert, PAGE, SEGMENT)).isEqualTo(end);
    }
}
