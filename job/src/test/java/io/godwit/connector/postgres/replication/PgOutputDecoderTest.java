package io.godwit.connector.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.replication.PgOutputMessage.Begin;
import io.godwit.connector.postgres.replication.PgOutputMessage.Column;
import io.godwit.connector.postgres.replication.PgOutputMessage.Commit;
import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.connector.postgres.replication.PgOutputMessage.Origin;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.connector.postgres.replication.PgOutputMessage.Type;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as PostgreSQL 16 sent them, of a table with a uuid, an enum, a numeric and a jsonb. */
final class PgOutputDecoderTest {

    private static final String BEGIN = "42000000000190fb20000303cdf15b1768000002e0";
    private static final String COMMIT = "4300000000000190fb20000000000190fb50000303cdf15b1768";
    private static final String TYPE = "59000040027075626c6963006d6f6f6400";
    private static final String RELATION =
            "52000040087075626c6963006576656e74730064000601706f736974696f6e0000000014ffffffff"
                    + "0074656e616e740000000b86ffffffff006d6f6f640000004002ffffffff"
                    + "00616d6f756e7400000006a4ffffffff00626f64790000000edaffffffff"
                    + "006e0000000017ffffffff";
    private static final String INSERT =
            "49000040084e00066200000008000000000000000162000000106f1c0b8e0a534a1f9a531f0f6f1c0b8e"
                    + "6200000003736164620000000c0002000000000002000c1388"
                    + "6200000009017b2261223a20317d6e";
    private static final String INSERT_AS_TEXT =
            "49000040084e0006740000000131740000002436663163306238652d306135332d346131662d396135332d"
                    + "3166306636663163306238657400000003736164740000000531322e3530"
                    + "74000000087b2261223a20317d6e";
    private static final String DELETE = "44000040084b0006620000000800000000000000016e6e6e6e6e";

    private static PgOutputMessage decode(String hex) {
        return PgOutputDecoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void aTransactionSaysWhereAndWhenItWasCommitted() {
        Instant at = Instant.parse("2000-01-01T00:00:00Z").plusNanos(0x000303cdf15b1768L * 1000);
        assertThat(decode(BEGIN)).isEqualTo(new Begin(0x190fb20, at, 0x2e0));
        assertThat(decode(COMMIT)).isEqualTo(new Commit(0x190fb20, 0x190fb50, at));
    }

    @Test
    void aTableHasItsColumnsInOrder() {
        assertThat(decode(TYPE)).isEqualTo(new Type(0x4002, "public", "mood"));
        assertThat(decode(RELATION))
                .isEqualTo(
                        new Relation(
                                0x4008,
                                "public",
                                "events",
                                List.of(
                                        new Column("position", 20),
                                        new Column("tenant", 2950),
                                        new Column("mood", 0x4002),
                                        new Column("amount", 1700),
                                        new Column("body", 3802),
                                        new Column("n", 23))));
    }

    @Test
    void aRowIsCutIntoTheFieldsOfBinaryCopyInTheOrderAskedFor() {
        Insert insert = (Insert) decode(INSERT);
        assertThat(insert.relation()).isEqualTo(0x4008);
        Tuple row = insert.row();
        assertThat(row.columns()).isEqualTo(6);
        assertThat(row.value(2)).isEqualTo("sad".getBytes(StandardCharsets.UTF_8));
        assertThat(row.isNull(5)).isTrue();
        assertThat(row.value(5)).isNull();
        assertThat(row.holds(1, HexFormat.of().parseHex("6f1c0b8e0a534a1f9a531f0f6f1c0b8e")))
                .isTrue();
        assertThat(row.holds(1, HexFormat.of().parseHex("6f1c0b8e0a534a1f9a531f0f6f1c0b8f")))
                .isFalse();
        assertThat(row.holds(5, new byte[0])).as("NULL is nobody").isFalse();
        assertThat(HexFormat.of().formatHex(row.copyRow(new int[] {0, 5, 4, 2})))
                .isEqualTo(
                        "0004"
                                + "000000080000000000000001"
                                + "ffffffff"
                                + "00000009017b2261223a20317d"
                                + "00000003736164");
    }

    @Test
    void aRowThatCameAsTextIsKnownAndIsNoRowOfBinaryCopy() {
        Tuple row = ((Insert) decode(INSERT_AS_TEXT)).row();
        assertThat(row.isText(0)).isTrue();
        assertThat(row.isText(5)).as("NULL has no format").isFalse();
        assertThatThrownBy(() -> row.copyRow(new int[] {0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Column 0 came as text");
    }

    @Test
    void aMessageMayLieInAPartOfItsArray() {
        byte[] bytes = HexFormat.of().parseHex("ffffff" + INSERT);
        Insert insert = (Insert) PgOutputDecoder.decode(ByteBuffer.wrap(bytes).position(3).slice());
        assertThat(insert.row().copyRow(new int[] {0, 1, 2, 3, 4, 5}))
                .isEqualTo(((Insert) decode(INSERT)).row().copyRow(new int[] {0, 1, 2, 3, 4, 5}));
        assertThat(insert.row().value(0)).isEqualTo(((Insert) decode(INSERT)).row().value(0));
    }

    @Test
    void anOriginIsNamed() {
        assertThat(decode("4f00000000000000096e6f64655f6200")).isEqualTo(new Origin(9, "node_b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {BEGIN, COMMIT, TYPE, RELATION, INSERT, INSERT_AS_TEXT})
    void whatIsCutOffAnywhereIsAnErrorThatShowsIt(String whole) {
        byte[] bytes = HexFormat.of().parseHex(whole);
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> PgOutputDecoder.decode(ByteBuffer.wrap(part)))
                    .as("the first " + length + " bytes")
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("cut off: " + length + " bytes, ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {BEGIN, COMMIT, TYPE, RELATION, INSERT})
    void bytesLeftOverAreAnError(String whole) {
        assertThatThrownBy(() -> decode(whole + "00"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("has 1 bytes left over: ");
    }

    @Test
    void whatAPublicationOfInsertsDoesNotHaveIsAnErrorForGood() {
        assertThatThrownBy(() -> decode(DELETE))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("pgoutput sent 'D'")
                .hasMessageContaining(DELETE)
                .satisfies(
                        e ->
                                assertThat(((MigrationException) e).recoverability())
                                        .isEqualTo(Recoverability.FATAL));
        assertThatThrownBy(() -> decode("00")).hasMessageContaining("byte 0");
        assertThatThrownBy(() -> decode("43010000000000000000000000000000000000000000000000"))
                .hasMessageContaining("unknown flags 1");
        assertThatThrownBy(() -> decode("49000040084b0000"))
                .hasMessageContaining("a row of kind 'K'");
        assertThatThrownBy(() -> decode("49000040084e000175"))
                .hasMessageContaining("Column 0")
                .hasMessageContaining("format 'u'");
    }
}
