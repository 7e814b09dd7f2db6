package io.godwit.source;

import io.godwit.model.SequenceRange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1: the assigners (tag, start, bulk end, cursor, open ranges), then the heads. */
final class EnumeratorStateSerializer implements SimpleVersionedSerializer<EnumeratorState> {

    static final EnumeratorStateSerializer INSTANCE = new EnumeratorStateSerializer();

    private static final int VERSION = 1;

    private EnumeratorStateSerializer() {}

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(EnumeratorState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(state.assigners().size());
        for (AssignerState assigner : state.assigners()) {
            out.writeInt(assigner.tag());
            out.writeLong(assigner.start());
            out.writeLong(assigner.bulkUntil());
            out.writeLong(assigner.cursor());
            out.writeInt(assigner.open().size());
            for (SequenceRange range : assigner.open()) {
                out.writeLong(range.from());
                out.writeLong(range.until());
            }
        }
        out.writeInt(state.heads().size());
        for (Map.Entry<Integer, Long> head : new TreeMap<>(state.heads()).entrySet()) {
            out.writeInt(head.getKey());
            out.writeLong(head.getValue());
        }
        return bytes.toByteArray();
    }

    @Override
    public EnumeratorState deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "Unknown enumerator state version "
                            + version
                            + "; this Godwit reads version "
                            + VERSION);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        List<AssignerState> assigners = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            int tag = in.readInt();
            long start = in.readLong();
            long bulkUntil = in.readLong();
            long cursor = in.readLong();
            List<SequenceRange> open = new ArrayList<>();
            for (int ranges = in.readInt(); ranges > 0; ranges--) {
                open.add(new SequenceRange(in.readLong(), in.readLong()));
            }
            assigners.add(new AssignerState(tag, start, bulkUntil, cursor, open));
        }
        Map<Integer, Long> heads = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            heads.put(in.readInt(), in.readLong());
        }
        return new EnumeratorState(assigners, heads);
    }
}
