package io.godwit.connector.postgres.replication;

import io.godwit.connector.postgres.replication.PgOutputMessage.Column;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.model.MigrationException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Messages of pgoutput, protocol version 1, from a publication of inserts alone: the format is that
 * of the manual's page "Logical Replication Message Formats". What it does not know, what is cut
 * off and what has bytes left over is an error that shows them. Pure.
 */
final class PgOutputDecoder {

    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int SHOWN = 64;

    private PgOutputDecoder() {}

    /**
     * @param message with its array, from where it stands to its limit
     */
    static PgOutputMessage decode(ByteBuffer message) {
        ByteBuffer whole = message.duplicate();
        PgOutputMessage decoded;
        try {
            decoded = read(message);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw unexpected("A message of pgoutput is cut off", whole);
        }
        if (message.hasRemaining()) {
            throw unexpected(
                    "A message of pgoutput has " + message.remaining() + " bytes left over", whole);
        }
        return decoded;
    }

    private static PgOutputMessage read(ByteBuffer in) {
        ByteBuffer whole = in.duplicate();
        byte kind = in.get();
        return switch (kind) {
            case 'B' -> new PgOutputMessage.Begin(in.getLong(), instant(in), oid(in));
            case 'C' -> commit(in, whole);
            case 'R' -> relation(in);
            case 'I' -> insert(in, whole);
            case 'Y' -> new PgOutputMessage.Type(in.getInt(), string(in), string(in));
            case 'O' -> new PgOutputMessage.Origin(in.getLong(), string(in));
            default ->
                    throw unexpected(
                            "pgoutput sent "
                                    + printed(kind)
                                    + ", which a publication of inserts does not have; was the"
                                    + " publication changed?",
                            whole);
        };
    }

    private static PgOutputMessage commit(ByteBuffer in, ByteBuffer whole) {
        byte flags = in.get();
        if (flags != 0) {
            throw unexpected("A commit has the unknown flags " + flags, whole);
        }
        return new PgOutputMessage.Commit(in.getLong(), in.getLong(), instant(in));
    }

    private static PgOutputMessage relation(ByteBuffer in) {
        int id = in.getInt();
        String schema = string(in);
        String table = string(in);
        in.get(); // replica identity: of no use for inserts
        int count = in.getShort();
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            in.get(); // part of the key
            columns.add(new Column(string(in), in.getInt()));
            in.getInt(); // type modifier
        }
        return new Relation(id, schema, table, columns);
    }

    private static PgOutputMessage insert(ByteBuffer in, ByteBuffer whole) {
        int relation = in.getInt();
        byte part = in.get();
        if (part != 'N') {
            throw unexpected("An insert has a row of kind " + printed(part), whole);
        }
        return new PgOutputMessage.Insert(relation, Tuple.read(in));
    }

    private static String string(ByteBuffer in) {
        int start = in.position();
        while (in.get() != 0) {
            // to the end of the string
        }
        return new String(
                in.array(),
                in.arrayOffset() + start,
                in.position() - 1 - start,
                StandardCharsets.UTF_8);
    }

    private static long oid(ByteBuffer in) {
        return Integer.toUnsignedLong(in.getInt());
    }

    private static Instant instant(ByteBuffer in) {
        return EPOCH.plus(in.getLong(), ChronoUnit.MICROS);
    }

    static String printed(byte kind) {
        return kind > ' ' && kind < 0x7F ? "'" + (char) kind + "'" : "byte " + (kind & 0xFF);
    }

    private static MigrationException unexpected(String what, ByteBuffer whole) {
        byte[] bytes = new byte[Math.min(SHOWN, whole.remaining())];
        int size = whole.remaining();
        whole.duplicate().get(bytes);
        return MigrationException.fatal(
                "pgoutput",
                what
                        + ": "
                        + size
                        + " bytes, "
                        + HexFormat.of().formatHex(bytes)
                        + (size > SHOWN ? "..." : ""));
    }
}
