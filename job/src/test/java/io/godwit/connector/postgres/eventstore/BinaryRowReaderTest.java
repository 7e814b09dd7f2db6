package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BinaryRowReaderTest {

    private static byte[] row(long position, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(3);
        out.writeInt(8);
        out.writeLong(position);
        out.writeInt(-1);
        out.writeInt(text.length());
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    private static byte[] stream(int extension, byte[]... rows) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0});
        out.writeInt(0);
        out.writeInt(extension);
        out.write(new byte[extension]);
        for (byte[] row : rows) {
            out.write(row);
        }
        out.writeShort(-1);
        return bytes.toByteArray();
    }

    private static List<byte[]> read(byte[] stream, int... cuts) throws SQLException {
        BinaryRowReader reader = new BinaryRowReader();
        List<byte[]> rows = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int until = i == cuts.length ? stream.length : cuts[i];
            reader.feed(Arrays.copyOfRange(stream, from, until));
            for (byte[] row; (row = reader.next()) != null; ) {
                rows.add(row);
            }
            from = until;
        }
        assertThat(reader.ended()).isTrue();
        return rows;
    }

    @Test
    void rowsAreTheSameWhereverTheServerCutsTheStream() throws Exception {
        byte[] first = row(1, "one");
        byte[] second = row(1L << 40, "");
        byte[] stream = stream(5, first, second);
        assertThat(read(stream)).containsExactly(first, second);
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(read(stream, cut)).as("cut at %d", cut).containsExactly(first, second);
            for (int later = cut; later <= stream.length; later++) {
                assertThat(read(stream, cut, later)).hasSize(2);
            }
        }
    }

    @Test
    void aStreamThatWasCutOffHasNotEnded() throws Exception {
        byte[] whole = stream(0, row(1, "one"));
        BinaryRowReader reader = new BinaryRowReader();
        reader.feed(Arrays.copyOf(whole, whole.length - 2));
        assertThat(reader.next()).isNotNull();
        assertThat(reader.next()).isNull();
        assertThat(reader.ended()).isFalse();
    }

    @Test
    void somethingElseIsRefused() {
        BinaryRowReader reader = new BinaryRowReader();
        reader.feed(new byte[30]);
        assertThatThrownBy(reader::next).isInstanceOf(SQLException.class);
    }

    @Test
    void thePositionIsMovedAndTheRestIsNot() throws Exception {
        byte[] row = row(41, "text");
        byte[] moved = RowField.moved(row, 1_000_000);
        assertThat(RowField.position(row)).isEqualTo(41);
        assertThat(moved).isEqualTo(row(1_000_041, "text"));
        assertThat(RowField.moved(row, 0)).isSameAs(row);
    }

    @Test
    void aPositionMayBeAnInt4AndMayNotOverflowIt() {
        byte[] row = {0, 1, 0, 0, 0, 4, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFE};
        assertThat(RowField.position(row)).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(RowField.position(RowField.moved(row, 1))).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> RowField.moved(row, 2)).isInstanceOf(ArithmeticException.class);
    }
}
