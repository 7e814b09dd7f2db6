package io.godwit.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A TaskManager's memory as Flink itself reckons it from the settings, for the JVM and for Flink.
 */
record TaskManagerResources(List<String> jvmFlags, List<String> arguments) {

    private static final String RESULT = "BASH_JAVA_UTILS_EXEC_RESULT:";

    static TaskManagerResources of(FlinkJvm jvm, FlinkConf conf) {
        FlinkJvm.Result result =
                jvm.run(
                        "tm-resources",
                        FlinkJvm.SMALL,
                        "org.apache.flink.runtime.util.bash.BashJavaUtils",
                        List.of(
                                "GET_TM_RESOURCE_PARAMS",
                                "--configDir",
                                conf.directory().toString()),
                        Map.of(),
                        Duration.ofMinutes(1));
        List<List<String>> lines =
                result.output()
                        .lines()
                        .filter(line -> line.startsWith(RESULT))
                        .map(line -> List.of(line.substring(RESULT.length()).strip().split("\\s+")))
                        .toList();
        if (lines.size() != 2) {
            throw new IllegalStateException("Flink cannot size a TaskManager:\n" + result.output());
        }
        return new TaskManagerResources(lines.get(0), lines.get(1));
    }
}
