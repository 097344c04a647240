import RangedMmap
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
    #expect(error.description.contains(text), sourceLocation: location)
  }
}
