package io.godwit.demo;

import io.godwit.cli.Demo;
import io.godwit.testkit.PostgresServer;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A tenant moves out of a shared event store, under live writers: copied, cut over, verified,
 * rolled back, cut over again. At the end it proves that what was acknowledged is what is stored.
 * All servers run in this process; nothing is left of them at the end.
 */
public final class TenantDemo implements Demo {

    private static final int EVENTS = 60_000;

    /** The same history on every machine; what is added while it moves depends on the machine. */
    private static final long SEED = 20170901;

    /** Of all that the commands print; the rest is shown if something goes wrong. */
    private static final Predicate<String> TOLD =
            Pattern.compile(
                            "^(Job .* runs|Verified tenant|Switched|FULL:"
                                    + "|subscription .* TRANSLATED)")
                    .asPredicate();

    private final int events;

    public TenantDemo() {
        this(EVENTS);
    }

    /**
     * @param events of all tenants, before anybody writes
     */
    TenantDemo(int events) {
        this.events = events;
    }

    @Override
    public String name() {
        return "tenant";
    }

    @Override
    public int run(Consumer<String> out) throws Exception {
        Screen screen = new Screen(out);
        screen.line("Godwit's demo: a tenant leaves a shared event store, under live writers");
        int exitCode;
        try (DemoFolder folder = DemoFolder.create();
                PostgresServer postgres = PostgresServer.start()) {
            exitCode = story(screen, folder, postgres);
        }
        screen.line(
                exitCode == 0
                        ? "Proved: acknowledged = stored. All servers are stopped. Exit code 0"
                        : "All servers are stopped. Exit code " + exitCode);
        return exitCode;
    }

    private int story(Screen screen, DemoFolder folder, PostgresServer postgres) throws Exception {
        screen.title("The stores, in this process and on loopback: 127.0.0.1:" + postgres.port());
        SharedStore store = SharedStore.create(postgres, SEED, events);
        screen.line(
                String.format(
                        Locale.ROOT,
                        "shared, as eventsource-py makes it: %,d events, seed %d: acme %,d,"
                                + " globex %,d, initech %,d",
                        events,
                        SEED,
                        SharedStore.count(store.shared(), store.acme()),
                        SharedStore.count(store.shared(), store.globex()),
                        SharedStore.count(store.shared(), store.initech())));
        screen.line("dedicated-acme: an empty database");
        Migration migration =
                new Migration(
                        screen,
                        TenantSpec.NAME,
                        TenantSpec.write(folder, store),
                        folder.state(),
                        store.dedicated(),
                        TOLD);
        try {
            new MovingTenant(
                            screen,
                            migration,
                            store,
                            EmptyJar.create(folder.path().resolve("empty.jar")))
                    .move();
            return 0;
        } catch (DemoFailure e) {
            migration.tellTheRest();
            screen.line("FAILED: " + e.getMessage());
            return e.exitCode();
        } catch (Exception e) {
            migration.tellTheRest();
            throw e;
        }
    }
}
