package io.godwit.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A standalone Flink cluster as people run it: a JobManager and TaskManagers in JVMs of their own,
 * on 127.0.0.1, from the jars that the build puts into target/flink/lib. Every process can be
 * killed. TaskManager number 1 has the resource id "tm1"; a number is never used twice. The
 * JobManager keeps no state of jobs: after its death a job is started again from a checkpoint or
 * savepoint. All processes end with this JVM.
 */
public final class FlinkProcessCluster implements AutoCloseable {

    /** How a command ended and all that it printed, both streams in one. */
    public record CliResult(int exitCode, String output) {}

    private static final String JOB_MANAGER = "jobmanager";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path work;
    private final FlinkConf conf;
    private final FlinkJvm jvm;
    private final String restUrl;
    private final FlinkRest rest;
    private final Map<Integer, Process> taskManagers = new TreeMap<>();
    private final Thread hook = new Thread(this::killAll, "kill Flink");
    private Process jobManager;
    private TaskManagerResources resources;
    private int lastNumber;
    private int commands;

    private FlinkProcessCluster(Path work, Map<String, String> settings) {
        int restPort = FreePorts.next();
        this.work = work.toAbsolutePath();
        this.conf = FlinkConf.write(this.work, restPort, FreePorts.next(), settings);
        this.jvm = new FlinkJvm(Path.of(target(), "flink", "lib"), this.work, conf);
        this.restUrl = "http://127.0.0.1:" + restPort;
        this.rest = new FlinkRest(restUrl);
    }

    public static FlinkProcessCluster start(Path work, int taskManagers) {
        return start(work, taskManagers, Map.of());
    }

    /**
     * Returns when all TaskManagers are registered. Settings are Flink's own keys; they win over
     * the kit's.
     */
    public static FlinkProcessCluster start(
            Path work, int taskManagers, Map<String, String> settings) {
        FlinkProcessCluster cluster = new FlinkProcessCluster(work, settings);
        Runtime.getRuntime().addShutdownHook(cluster.hook);
        try {
            cluster.launchJobManager();
            for (int i = 0; i < taskManagers; i++) {
                cluster.launchTaskManager();
            }
            cluster.awaitRegistered();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public String restUrl() {
        return restUrl;
    }

    public Path confDirectory() {
        return conf.directory();
    }

    public Path checkpoints() {
        return work.resolve("checkpoints");
    }

    public Path savepoints() {
        return work.resolve("savepoints");
    }

    /** What the process "jobmanager" or "tmN" has logged so far. */
    public Path log(String process) {
        return jvm.log(process);
    }

    /** The numbers of the TaskManagers that were started and not killed. */
    public synchronized List<Integer> taskManagers() {
        return List.copyOf(taskManagers.keySet());
    }

    public synchronized long taskManagerPid(int number) {
        return taskManager(number).pid();
    }

    public synchronized long jobManagerPid() {
        return jobManager.pid();
    }

    /** SIGKILL. */
    public synchronized void killTaskManager(int number) {
        kill(taskManager(number));
        taskManagers.remove(number);
    }

    /** Starts one more, and returns its number when it is registered. */
    public synchronized int startTaskManager() {
        int number = launchTaskManager();
        awaitRegistered();
        return number;
    }

    /** SIGKILL. */
    public synchronized void killJobManager() {
        kill(jobManager);
    }

    /** Returns when the running TaskManagers have registered again. */
    public synchronized void startJobManager() {
        if (jobManager.isAlive()) {
            throw new IllegalStateException("The JobManager runs as process " + jobManager.pid());
        }
        launchJobManager();
        awaitRegistered();
    }

    /**
     * Flink's own command line, as bin/flink runs it: {@code cli(Map.of(), "run", "-d",
     * "some.jar")}.
     */
    public CliResult cli(Map<String, String> environment, String... arguments) {
        FlinkJvm.Result result =
                jvm.run(
                        "cli-" + nextCommand(),
                        FlinkJvm.SMALL,
                        "org.apache.flink.client.cli.CliFrontend",
                        Arrays.asList(arguments),
                        environment,
                        Duration.ofMinutes(3));
        return new CliResult(result.exitCode(), result.output());
    }

    /** GET, parsed; an answer that is not 2xx is an exception with the answer's text. */
    public JsonNode rest(String path) {
        return rest.get(path);
    }

    /** POST, PATCH or DELETE with a JSON body, which may be empty. */
    public JsonNode rest(String method, String path, String body) {
        return rest.send(method, path, body);
    }

    /** RUNNING, FINISHED, ... */
    public String jobState(String jobId) {
        return rest.get("/jobs/" + jobId).path("state").asText();
    }

    /** True once every subtask of the job runs; a job that says RUNNING may still deploy some. */
    public boolean allSubtasksRun(String jobId) {
        return rest.allSubtasksRun(jobId);
    }

    /** The number of the TaskManager that runs most of the job's subtasks. */
    public int taskManagerOf(String jobId) {
        return Integer.parseInt(rest.busiestTaskManager(jobId).substring("tm".length()));
    }

    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private synchronized void killAll() {
        taskManagers.values().forEach(FlinkProcessCluster::kill);
        taskManagers.clear();
        if (jobManager != null) {
            kill(jobManager);
        }
    }

    private void launchJobManager() {
        jobManager =
                jvm.start(
                        JOB_MANAGER,
                        List.of("-Xms256m", "-Xmx512m", "-XX:MaxMetaspaceSize=512m"),
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                        List.of(
                                "--configDir",
                                conf.directory().toString(),
                                "--executionMode",
                                "cluster"));
    }

    private int launchTaskManager() {
        if (resources == null) {
            resources = TaskManagerResources.of(jvm, conf);
        }
        int number = ++lastNumber;
        List<String> arguments =
                new ArrayList<>(List.of("--configDir", conf.directory().toString()));
        arguments.addAll(resources.arguments());
        arguments.addAll(List.of("-D", "taskmanager.resource-id=tm" + number));
        taskManagers.put(
                number,
                jvm.start(
                        "tm" + number,
                        resources.jvmFlags(),
                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                        arguments));
        return number;
    }

    private void awaitRegistered() {
        List<String> names = new ArrayList<>(List.of(JOB_MANAGER));
        taskManagers.keySet().forEach(number -> names.add("tm" + number));
        await(
                "registration of " + names,
                names,
                () -> registered().containsAll(names.subList(1, names.size())));
    }

    private List<String> registered() {
        List<String> ids = new ArrayList<>();
        rest.get("/taskmanagers")
                .path("taskmanagers")
                .forEach(node -> ids.add(node.path("id").asText()));
        return ids;
    }

    private void await(String what, List<String> processes, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            StringBuilder tails = new StringBuilder();
            processes.forEach(process -> tails.append('\n').append(jvm.tail(process)));
            throw new IllegalStateException("No " + what + " within " + PATIENCE + tails, e);
        }
    }

    private Process taskManager(int number) {
        return Optional.ofNullable(taskManagers.get(number))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "No TaskManager "
                                                + number
                                                + "; there are "
                                                + taskManagers.keySet()));
    }

    private synchronized int nextCommand() {
        return ++commands;
    }

    private static void kill(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "Interrupted while killing process " + process.pid(), e);
        }
    }

    private static String target() {
        return Optional.ofNullable(System.getProperty("godwit.target"))
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "System property godwit.target is not set; run with"
                                                + " -Dgodwit.target=job/target"));
    }
}
