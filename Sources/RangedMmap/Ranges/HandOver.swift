import Glibc

/// A box that carries one noncopyable value into a task or a thread, lends it, and gives it out once.
///
/// A closure that escapes can't consume a noncopyable value that it captured, and a property of a class or an array
/// can't be consumed at all. They can hold this box and take the value from it. The first ``take()`` gets the value;
/// every later one gets `nil`. ``withValue(_:)`` uses it where it is. Any thread may call either.
///
/// ```swift
/// let box = HandOver(range)
/// let task = Task {
///   guard let range = box.take() else { return }
///   let receipt = try file.write(bytes, to: range)
///   try file.flush(receipt)
/// }
/// ```
///
/// A box that is dropped with the value inside drops the value.
///
/// - Complexity: One small object and an uncontended lock.
public final class HandOver<Value: ~Copyable & Sendable>: Sendable {
  private struct State: ~Copyable, Sendable {
    var value: Value?
    /// The thread whose closure has the value.
    var borrower: pthread_t?
  }

  private enum Answer: ~Copyable, Sendable {
    case value(Value)
    case nothing
  }

  private let state: Monitor<State>

  /// Puts a value into a new box.
  public init(_ value: consuming Value) { state = Monitor(State(value: consume value)) }

  /// Takes the value out.
  ///
  /// While the value is lent to another thread this waits; in the closure that it is lent to it traps.
  ///
  /// - Returns: The value for the first caller, `nil` for later ones.
  /// - Complexity: O(1); an uncontended lock.
  public func take() -> Value? { remove(for: nil) }

  /// Lends the value to a closure, which may change it, and even consume it if it puts another in its place.
  ///
  /// ```swift
  /// let durable = try box.withValue { receipt in
  ///   try file.flush(receipt)
  ///   return file.states[receipt.pages.lowerBound] == .flushed
  /// }
  /// ```
  ///
  /// A receipt is changed with ``MmapFile/update(_:_:)-(WriteReceipt,_)`` and made durable with
  /// ``MmapFile/sync(inPlace:)`` where it is. Other threads that take or use it wait meanwhile. A use of the box inside
  /// of the closure traps.
  ///
  /// - Parameter body: Uses the value.
  /// - Returns: What `body` returns, or `nil` if the value was taken out before.
  /// - Throws: What `body` throws; the value is in the box then, too.
  /// - Complexity: O(1) and what `body` does; two uncontended locks.
  @discardableResult
  public func withValue<Result: ~Copyable, Failure>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    // `inout` also for reading: where the type of a borrowed value is not written out, Swift 6.3 lets a task capture
    // it.
    guard var value = remove(for: pthread_self()) else { return nil }
    do throws(Failure) {
      let result = try body(&value)
      putBack(value)
      return result
    } catch {
      putBack(value)
      throw error
    }
  }

  private func remove(for borrower: pthread_t?) -> Value? {
    let me = pthread_self()
    let answer: Answer = state.wait { state in
      if let borrower = state.borrower {
        precondition(borrower != me, "a box is asked for its value by the closure that has it")
        return nil
      }
      guard let value = state.value.take() else { return .nothing }
      state.borrower = borrower
      return .value(value)
    }
    switch consume answer {
    case .value(let value): return value
    case .nothing: return nil
    }
  }

  private func putBack(_ value: consuming Value) {
    var returned: Value? = consume value
    state.withLock { state in
      state.value = returned.take()
      state.borrower = nil
    }
  }
}
