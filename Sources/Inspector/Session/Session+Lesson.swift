// While a lesson goes on, what it has open is the lesson's: whoever learns may look at all of it, and change nothing that
// the next step counts on.

extension Session {
  /// Why a command that a person gives has to wait for the end of the lesson; `nil` if it has not.
  package func lessonsClaim(on command: Command) -> String? {
    guard host.isInLesson, !command.action.isReadOnly else { return nil }
    return "`\(command.verb)` has to wait: the lesson goes on with this file until its end"
  }
}
