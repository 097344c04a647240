public import Testing

/// Fails unless a process ended at the precondition with this message, and not by anything else that fails.
public func expectTrap(
  _ message: String, _ result: ExitTest.Result?, _ location: SourceLocation = #_sourceLocation
) {
  let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(text.contains(message), "\(text)", sourceLocation: location)
}
