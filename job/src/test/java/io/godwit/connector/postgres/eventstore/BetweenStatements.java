package io.godwit.connector.postgres.eventstore;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** A real connection on which something happens right after a query, once it is armed. */
final class BetweenStatements {

    private final Connection real;
    private final Callable<?> event;
    private final AtomicBoolean armed;

    private BetweenStatements(Connection real, AtomicBoolean armed, Callable<?> event) {
        this.real = real;
        this.armed = armed;
        this.event = event;
    }

    static Connection on(Connection real, AtomicBoolean armed, Callable<?> event) {
        BetweenStatements between = new BetweenStatements(real, armed, event);
        return between.proxy(Connection.class, real);
    }

    private <T> T proxy(Class<T> type, T target) {
        Object proxy =
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (self, method, arguments) -> {
                            Object answer;
                            try {
                                answer = method.invoke(target, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                            if (method.getName().equals("executeQuery")
                                    && armed.compareAndSet(true, false)) {
                                event.call();
                            }
                            return answer instanceof PreparedStatement statement && target == real
                                    ? proxy(PreparedStatement.class, statement)
                                    : answer;
                        });
        return type.cast(proxy);
    }
}
