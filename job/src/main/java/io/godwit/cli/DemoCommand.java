package io.godwit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs a whole migration on this machine, with servers of its own. */
@Command(
        name = "demo",
        description = "Run a whole migration on this machine, with servers of its own.")
final class DemoCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            defaultValue = "chain",
            description = "Which demo: chain or tenant. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Override
    public Integer call() throws Exception {
        List<String> known = new ArrayList<>();
        for (Demo demo : ServiceLoader.load(Demo.class)) {
            if (demo.name().equals(name)) {
                return demo.run(godwit.console()::line);
            }
            known.add(demo.name());
        }
        throw CommandException.usage(
                known.isEmpty()
                        ? "The demo '"
                                + name
                                + "' is not in this jar: it brings servers of its own. Run it from"
                                + " the source with 'mvn -Pdemo -Dargs="
                                + name
                                + "'"
                        : "There is no demo '" + name + "'; there are " + known);
    }
}
