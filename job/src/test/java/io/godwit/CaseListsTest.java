package io.godwit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lists of cases name every case, and only tests that are there. */
final class CaseListsTest {

    private static final Path LISTS = Path.of("src/test");

    /** A class with or without its package and a method, or a method of the class before it. */
    private static final Pattern NAME =
            Pattern.compile(
                    "`(?:((?:[a-z]\\w*\\.)*)([A-Z]\\w*(?:Test|ITCase|Contract)))?(?:\\.(\\w+))?`");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (W?\\d+)b? \\|");

    @ParameterizedTest
    @ValueSource(strings = {"CASES.md", "TENANT-CASES.md"})
    void everyTestThatIsNamedIsThere(String list) throws IOException {
        Map<String, Path> classes = classes();
        List<String> missing = new ArrayList<>();
        int named = 0;
        String last = "";
        Matcher name = NAME.matcher(Files.readString(LISTS.resolve(list)));
        while (name.find()) {
            last = name.group(2) == null ? last : name.group(2);
            boolean there = isThere(classes.get(last), name.group(1), name.group(3));
            if (!there) {
                missing.add(last + name.group());
            }
            named++;
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(50);
    }

    /**
     * @param packages that the class is named with, each with its dot; null for none
     * @param method null for the class alone
     */
    private static boolean isThere(Path file, String packages, String method) throws IOException {
        if (file == null) {
            return false;
        }
        String folder = "/" + (packages == null ? "" : packages.replace('.', '/'));
        return file.toString().replace('\\', '/').contains(folder + file.getFileName())
                && (method == null || Files.readString(file).contains("void " + method + "("));
    }

    private static Map<String, Path> classes() throws IOException {
        Map<String, Path> classes = new HashMap<>();
        try (Stream<Path> files = Files.walk(LISTS.resolve("java"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(
                            file ->
                                    classes.put(
                                            file.getFileName().toString().replace(".java", ""),
                                            file));
        }
        return classes;
    }

    @Test
    void everyCaseIsInItsList() throws IOException {
        assertThat(rows("CASES.md")).containsAll(numbers("", 55));
        assertThat(rows("TENANT-CASES.md"))
                .containsAll(numbers("", 56))
                .containsAll(numbers("W", 17));
    }

    private static Set<String> rows(String list) throws IOException {
        Set<String> rows = new LinkedHashSet<>();
        Matcher row = ROW.matcher(Files.readString(LISTS.resolve(list)));
        while (row.find()) {
            rows.add(row.group(1));
        }
        return rows;
    }

    private static List<String> numbers(String prefix, int last) {
        return IntStream.rangeClosed(1, last).mapToObj(i -> prefix + i).toList();
    }
}
