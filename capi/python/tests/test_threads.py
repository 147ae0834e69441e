"""A Generator and a Moments belong to one thread at a time: a second one gets an error and loses nothing, a fork finds
them whole and unlocked, and whatever interrupts a call leaves them usable."""

import copy
import os
import pickle
import threading
import unittest

import numpy as np
import unitvar
from unitvar import InvalidArgument


def pcg32():
    return unitvar.Generator("pcg32", 42)


def run(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Meeting(unittest.TestCase):
    def until_two_threads_meet(self, call):
        """Calls from two threads until one is refused; how many calls were not."""
        met, done = [], []

        def work():
            while not met:
                try:
                    call()
                    done.append(True)
                except InvalidArgument as error:
                    met.append(str(error))

        run(work, work)
        self.assertIn("in use by another thread", met[0])
        return len(done)

    def test_two_threads_in_one_generator(self):
        g, x = pcg32(), np.empty(1 << 20)
        done = self.until_two_threads_meet(lambda: g.normal(np.empty_like(x)))
        self.assertEqual(g.tell(), done * (2 * len(x) // 64))

    def test_two_threads_in_one_moments_lose_nothing(self):
        m, x = unitvar.Moments(), np.ones(1 << 20)
        done = self.until_two_threads_meet(lambda: m.update(x))
        self.assertEqual((m.count, m.mean, m.m2), (done * len(x), 1, 0))

    def test_moments_that_are_merged_are_in_use(self):
        m, other = unitvar.Moments(), unitvar.Moments()
        other.update(np.ones(8))
        refused = []

        def merge(raw):
            for call in (lambda: other.merge(m), lambda: m.merge(other), lambda: m.count, lambda: m.variance(),
                         lambda: pickle.dumps(m), lambda: copy.copy(m)):
                with self.assertRaisesRegex(InvalidArgument, "in use"):
                    call()
                refused.append(call)

        m._call(lambda raw: run(lambda: merge(raw)))
        self.assertEqual(len(refused), 6)
        other.merge(other)
        self.assertEqual(other.count, 16)
        m.merge(other)
        self.assertEqual(m.count, 16)

    def test_threads_with_their_own_generators(self):
        parts, whole = np.empty((64, 64), np.float32), np.empty(64 * 64, np.float32)

        def draw(block):
            g = pcg32()
            g.seek(block)
            g.normal(parts[block])

        run(*(lambda block=block: draw(block) for block in range(64)))
        pcg32().normal(whole)
        self.assertEqual(parts.tobytes(), whole.tobytes())


class Watched:
    """A lock that notes what is so when it is given back, or raises right after it was taken."""

    def __init__(self, look=lambda: None, raises=None):
        self.lock, self.look, self.raises, self.seen = threading.RLock(), look, raises, []

    def acquire(self, *arguments):
        result = self.lock.acquire(*arguments)
        if self.raises is not None:
            raises, self.raises = self.raises, None
            raise raises
        return result

    def release(self):
        self.seen.append(self.look())
        self.lock.release()

    def _is_owned(self):
        return self.lock._is_owned()


class Closing(unittest.TestCase):
    def test_a_generator_is_closed_before_its_lock_is_given_back(self):
        g = pcg32()
        g._busy = Watched(lambda: g._handle)
        g.close()
        self.assertEqual(g._busy.seen, [None])
        g.close()

    def test_a_generator_in_use_is_not_closed(self):
        g = pcg32()
        refused = []

        def close():
            with self.assertRaisesRegex(InvalidArgument, "in use by another thread"):
                g.close()
            refused.append(True)

        g._call(lambda handle: run(close))
        self.assertEqual(refused, [True])
        g.bits(np.empty(4, np.uint32))
        g.close()
        with self.assertRaisesRegex(InvalidArgument, "closed"):
            g.bits(np.empty(4, np.uint32))


class Interruptions(unittest.TestCase):
    def test_whatever_interrupts_a_call_leaves_it_usable(self):
        for owner, use in ((pcg32(), lambda g: g.tell()), (unitvar.Moments(), lambda m: m.count)):
            def interrupted(pointer):
                raise KeyboardInterrupt

            with self.assertRaises(KeyboardInterrupt):
                owner._call(interrupted)
            use(owner)
            owner._busy = Watched(raises=KeyboardInterrupt())  # with the lock, before the next line
            with self.assertRaises(KeyboardInterrupt):
                use(owner)
            run(lambda: self.assertEqual(use(owner), 0))
            self.assertEqual(len(owner._busy.seen), 2)

    def test_a_signal_handler_does_not_enter_its_own_thread_s_call(self):
        g = pcg32()

        def handler(handle):
            for call in (g.tell, g.close):
                with self.assertRaisesRegex(InvalidArgument, "in use by the call of this thread"):
                    call()

        g._call(handler)
        self.assertEqual(g.tell(), 0)


@unittest.skipUnless(hasattr(os, "fork"), "no fork")
class Forks(unittest.TestCase):
    def in_child(self, work):
        """Whether work() is true in a forked child."""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if work() else 2
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_a_child_has_what_another_thread_was_in(self):
        g, m, x = pcg32(), unitvar.Moments(), np.ones(1 << 20)
        blocks = 2 * len(x) // 64
        stop = []

        def draw():
            y = np.empty_like(x)
            while not stop:
                g.normal(y)

        def update():
            while not stop:
                m.update(x)

        def works():
            position, count = g.tell(), m.count
            g.normal(np.empty(64, np.float32))
            m.update(x)
            # What was in progress was completed: both are at the end of a call.
            return position % blocks == 0 and g.tell() == position + 1 and m.count == count + len(x) and m.mean == 1

        threads = [threading.Thread(target=draw), threading.Thread(target=update)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                self.in_child(works)
        finally:
            stop.append(True)
            for thread in threads:
                thread.join()
        self.assertEqual(g.tell() % blocks, 0)
        g.normal(x)

    def test_a_thread_may_fork_in_its_own_call(self):
        g = pcg32()
        g._call(lambda handle: self.in_child(lambda: handle == g._handle))
        self.in_child(lambda: g.tell() == 0)
        self.assertEqual(g.tell(), 0)

    def test_a_fork_is_waited_for_and_is_no_misuse(self):
        g = pcg32()
        unitvar._before_fork()
        results = []
        thread = threading.Thread(target=lambda: results.append(g.tell()))
        thread.start()
        unitvar._after_fork()
        thread.join()
        self.assertEqual(results, [0])


    def test_a_fork_comes_before_the_next_call(self):
        # Else a thread that draws in a loop would take the lock again and again before the fork has it.
        g, order = pcg32(), []

        class Gate:
            """That of another thread's fork, which is over when it is passed."""

            def __enter__(self):
                order.append("fork")
                unitvar._fork_count += 1

            def __exit__(self, *_):
                pass

            def _is_owned(self):
                return False

        class Noted(Watched):
            def acquire(self, *arguments):
                order.append("call")
                return super().acquire(*arguments)

        gate, unitvar._fork_gate = unitvar._fork_gate, Gate()
        try:
            unitvar._fork_count += 1
            g._busy = Noted()
            self.assertEqual(g.tell(), 0)
        finally:
            unitvar._fork_gate = gate
        self.assertEqual(order, ["fork", "call"])

    def test_what_is_made_during_a_fork_can_be_used_by_its_thread(self):
        unitvar._before_fork()
        try:
            self.assertEqual(pcg32().tell(), 0)
        finally:
            unitvar._after_fork()


class Copies(unittest.TestCase):
    def test_moments_are_copied_and_pickled(self):
        m = unitvar.Moments()
        m.update(np.arange(10.0))
        for other in (copy.copy(m), copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
            self.assertEqual((other.count, other.mean, other.m2), (10, 4.5, 82.5))
            other.update(np.ones(1))
            self.assertEqual((other.count, m.count), (11, 10))

    def test_initializers_are_values(self):
        one = unitvar.Initializer("kaiming_normal", fan_mode="fan_out", parameters=[0.5])
        for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
            self.assertEqual(other, one)
            self.assertEqual(hash(other), hash(one))
        self.assertNotEqual(one, unitvar.Initializer("kaiming_normal"))
        self.assertNotEqual(one, "kaiming_normal")


if __name__ == "__main__":
    unittest.main()
