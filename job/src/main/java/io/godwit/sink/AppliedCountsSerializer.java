package io.godwit.sink;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1: the writer's id, then the three counts. */
final class AppliedCountsSerializer implements SimpleVersionedSerializer<AppliedCounts> {

    static final AppliedCountsSerializer INSTANCE = new AppliedCountsSerializer();

    private static final int VERSION = 1;

    private AppliedCountsSerializer() {}

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(AppliedCounts counts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(counts.writer());
        out.writeLong(counts.written());
        out.writeLong(counts.alreadyEqual());
        out.writeLong(counts.deadLettered());
        return bytes.toByteArray();
    }

    @Override
    public AppliedCounts deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "Unknown version of applied counts: "
                            + version
                            + "; this Godwit reads version "
                            + VERSION);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        return new AppliedCounts(in.readUTF(), in.readLong(), in.readLong(), in.readLong());
    }
}
