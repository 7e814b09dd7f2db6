package io.godwit.control;

import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Finds what a lost job left behind in its checkpoint directory. */
public final class CheckpointFiles {

    private CheckpointFiles() {}

    /**
     * The newest complete checkpoint: the one with the highest number that has its metadata file,
     * which Flink writes last.
     *
     * @param directory a job's own checkpoint directory, on any Flink file system
     */
    public static Optional<String> newest(String directory) throws IOException {
        Path root = new Path(directory);
        FileSystem files = root.getFileSystem();
        if (!files.exists(root)) {
            return Optional.empty();
        }
        long newest = -1;
        for (FileStatus entry : files.listStatus(root)) {
            String name = entry.getPath().getName();
            if (name.matches("chk-[0-9]+")
                    && files.exists(new Path(entry.getPath(), "_metadata"))) {
                newest = Math.max(newest, Long.parseLong(name.substring("chk-".length())));
            }
        }
        return newest < 0
                ? Optional.empty()
                : Optional.of(new Path(root, "chk-" + newest).toString());
    }
}
