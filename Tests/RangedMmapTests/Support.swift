import Foundation
import RangedMmap
import TestSupport
import Testing

/// `#require` for values that can't be copied.
func require<Value: ~Copyable>(
  take value: consuming Value?, _ location: SourceLocation = #_sourceLocation
) throws -> Value {
  if let value { return value }
  Issue.record("there was no value", sourceLocation: location)
  throw CancellationError()
}

/// Fails if there is a value; `#expect(… == nil)` copies what it compares.
func expectNone<Value: ~Copyable>(_ value: consuming Value?, _ location: SourceLocation = #_sourceLocation) {
  if value != nil { Issue.record("there was a value", sourceLocation: location) }
}

/// Fails unless `body` throws the library's error of this kind, with a message that names the file.
func expect(
  _ code: MmapFileError.Code, mentioning text: String = "", _ location: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) throws {
  do {
    try body()
    Issue.record("nothing was thrown; expected \(code)", sourceLocation: location)
  } catch let error as MmapFileError {
    #expect(error.code == code, "\(error)", sourceLocation: location)
    #expect(text.isEmpty || error.description.contains(text), sourceLocation: location)
  }
}

/// What a step throws, if that is an error of the library.
func code<Result>(_ body: () throws -> Result) -> MmapFileError.Code? {
  do { _ = try body() } catch { return (error as? MmapFileError)?.code }
  return nil
}

extension Seeded {
  /// A request for bytes: mostly small, now and then one that would overflow.
  mutating func request() -> Int {
    switch UInt64.random(in: 0..<40, using: &self) {
    case 0: .max
    case 1: .max - 4094
    case 2: .random(in: Int.min...0, using: &self)
    case 3...9: .random(in: 1...1 << 20, using: &self)
    default: .random(in: 1...20_000, using: &self)
    }
  }
}

/// A value behind a lock of pthreads, which the thread sanitizer understands; see `Monitor` in the library.
final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
