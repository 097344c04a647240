import Foundation

/// Whether something comes to be so within two minutes, which a busy machine with one core may need.
///
/// - Parameter body: Looks.
/// - Returns: Whether it came.
/// - Throws: What `body` throws.
public func isSoon(_ body: () throws -> Bool) rethrows -> Bool {
  let end = ContinuousClock.now + .seconds(120)
  repeat {
    if try body() { return true }
    Thread.sleep(forTimeInterval: 0.05)
  } while ContinuousClock.now < end
  return false
}

/// Whether a measurement comes out as it should in one of several tries.
///
/// Other programs make it worse and never better: so one good try proves what is claimed, on a busy machine too.
///
/// - Parameters:
///   - tries: How often it is tried at most.
///   - body: Measures, and returns whether it is as it should be.
/// - Returns: Whether one try was good.
/// - Throws: What `body` throws.
public func isGoodOnce(in tries: Int = 30, _ body: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<tries where try body() { return true }
  return false
}
