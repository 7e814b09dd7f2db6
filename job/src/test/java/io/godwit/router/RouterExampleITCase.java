package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The lines that docs/cutover.md shows to an application run as they stand there. */
final class RouterExampleITCase {

    private static final Path PAGE = Path.of("../docs/cutover.md");
    private static final Path THIS =
            Path.of("src/test/java/io/godwit/router/RouterExampleITCase.java");
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleWorks() {
        try (PostgresServer server = PostgresServer.start()) {
            Store shared = new Store(server, "shared", Shape.WITH_TXID).fenced();
            Store dedicated = new Store(server, "dedicated-acme", Shape.WITH_TXID).fenced();
            UUID tenant = UUID.randomUUID();
            assertThat(example(shared.dataSource(), dedicated.dataSource(), tenant)).hasSize(1);
            shared.execute(Store.route(tenant, "dedicated-acme", 2, "moved"));
            dedicated.execute(Store.route(tenant, "dedicated-acme", 2, "open"));
            assertThat(example(shared.dataSource(), dedicated.dataSource(), tenant)).hasSize(1);
            String count = "SELECT count(*) FROM events";
            assertThat(shared.query(count)).isEqualTo("1");
            assertThat(dedicated.query(count)).isEqualTo("1");
        }
    }

    private static List<RecordedEvent> example(
            DataSource shared, DataSource dedicated, UUID tenant) {
        Map<String, DataSource> stores = Map.of("shared", shared, "dedicated-acme", dedicated);
        Duration longestPause = Duration.ofSeconds(5);
        Duration routeMaxAge = Duration.ofSeconds(1);
        RouterOptions options = new RouterOptions(longestPause, routeMaxAge, true);
        try (TenantStoreRouter router = new TenantStoreRouter(stores, "shared", options)) {
            StreamId order = new StreamId(tenant, UUID.randomUUID(), "Order");
            UUID id = UUID.randomUUID();
            NewEvent placed =
                    new NewEvent(id, "OrderPlaced", Instant.now(), "ada", "{\"total\": 12}");
            try {
                router.append(order, List.of(placed), ExpectedVersion.noStream());
            } catch (WritePausedException e) { // nothing was stored: append the same event again
                router.append(order, List.of(placed), ExpectedVersion.noStream());
            }
            return router.readStream(order, 1);
        }
    }

    @Test
    void thePageShowsTheseVeryLines() throws IOException {
        Matcher shown = JAVA.matcher(Files.readString(PAGE));
        assertThat(shown.find()).as("%s has an example", PAGE).isTrue();
        assertThat(squeezed(Files.readString(THIS))).contains(squeezed(shown.group(1)));
    }

    /** Layout does not matter. */
    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
