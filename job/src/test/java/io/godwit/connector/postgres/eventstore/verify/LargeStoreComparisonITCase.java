package io.godwit.connector.postgres.eventstore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** 200,000 events of 830 characters are compared in seconds, in a heap that cannot hold them. */
final class LargeStoreComparisonITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = new TenantHistory(81, 204_082, List.of(1));
    private static final int SECONDS = 60;

    @Test
    void twoHundredThousandEventsAreComparedInASmallHeap() throws Exception {
        PostgresDatabase source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        PostgresDatabase target = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        int rows = HISTORY.events() - HISTORY.events() / 50; // the others are nobody's
        String output = compareWith("-Xmx32m", source, target);
        System.out.println(output);
        for (String how : List.of("kept", "appended")) {
            for (String level : List.of("COUNT", "HASH", "FULL")) {
                Matcher line =
                        Pattern.compile(
                                        how
                                                + " "
                                                + level
                                                + ": "
                                                + rows
                                                + " events match in (\\d+) ms")
                                .matcher(output);
                assertThat(line.find()).as("%s %s: %s", how, level, output).isTrue();
                assertThat(Long.parseLong(line.group(1))).isLessThan(SECONDS * 1000L);
            }
        }
    }

    private static String compareWith(String heap, PostgresDatabase source, PostgresDatabase target)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                heap,
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ComparisonProcess.class.getName(),
                                source.url(),
                                target.url(),
                                source.user(),
                                source.password(),
                                HISTORY.tenant(0))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
