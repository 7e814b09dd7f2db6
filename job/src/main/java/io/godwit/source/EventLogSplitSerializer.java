package io.godwit.source;

import io.godwit.model.SequenceRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1: tag, from, until, next as big-endian numbers. */
final class EventLogSplitSerializer implements SimpleVersionedSerializer<EventLogSplit> {

    static final EventLogSplitSerializer INSTANCE = new EventLogSplitSerializer();

    private static final int VERSION = 1;
    private static final int SIZE = Integer.BYTES + 3 * Long.BYTES;

    private EventLogSplitSerializer() {}

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(EventLogSplit split) {
        return ByteBuffer.allocate(SIZE)
                .putInt(split.tag())
                .putLong(split.range().from())
                .putLong(split.range().until())
                .putLong(split.next())
                .array();
    }

    @Override
    public EventLogSplit deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION || bytes.length != SIZE) {
            throw new IOException(
                    "Unknown split state: version "
                            + version
                            + ", "
                            + bytes.length
                            + " bytes; this Godwit reads version "
                            + VERSION);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int tag = in.getInt();
        SequenceRange range = new SequenceRange(in.getLong(), in.getLong());
        return new EventLogSplit(tag, range, in.getLong());
    }
}
