package io.godwit.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.awaitility.Awaitility;

/** An endless job with keyed state, packed as a jar of its own, for the kit's own test. */
public final class SampleJob {

    private SampleJob() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(500);
        env.fromSource(
                        new DataGeneratorSource<>(
                                new Same(),
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(100),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .keyBy(new Last())
                .reduce(new Sum())
                .sinkTo(new DiscardingSink<>());
        env.execute("sample");
    }

    /** A number as it is. */
    public static final class Same implements GeneratorFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            return value;
        }
    }

    /** The last digit. */
    public static final class Last implements KeySelector<Long, Long> {
        @Override
        public Long getKey(Long value) {
            return value % 10;
        }
    }

    /** The sum of two. */
    public static final class Sum implements ReduceFunction<Long> {
        @Override
        public Long reduce(Long first, Long second) {
            return first + second;
        }
    }

    static Path jar(Path file) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, SampleJob.class.getName());
        Class<?>[] classes = {SampleJob.class, Same.class, Last.class, Sum.class};
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (Class<?> type : classes) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
                    bytes.transferTo(jar);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    static void awaitCheckpoint(FlinkProcessCluster cluster, String job, int count) {
        Awaitility.await("checkpoint " + count + " of job " + job)
                .atMost(Duration.ofSeconds(60))
                .until(() -> completed(cluster, job) >= count);
    }

    static void awaitRestored(FlinkProcessCluster cluster, String job) {
        Awaitility.await("job " + job + " running from a checkpoint")
                .atMost(Duration.ofSeconds(90))
                .until(
                        () ->
                                cluster.rest("/jobs/" + job + "/checkpoints")
                                                        .path("counts")
                                                        .path("restored")
                                                        .asInt()
                                                > 0
                                        && cluster.allSubtasksRun(job));
    }

    private static int completed(FlinkProcessCluster cluster, String job) {
        return cluster.rest("/jobs/" + job + "/checkpoints")
                .path("counts")
                .path("completed")
                .asInt();
    }
}
