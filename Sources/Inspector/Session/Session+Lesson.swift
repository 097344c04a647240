// While a lesson goes on, what it has open is the lesson's: whoever learns may look at all of it, and change nothing that
// the next step counts on.

extension Session {
  /// Why a command that a person gives has to wait for the end of the lesson; `nil` if it has not.
  package func lessonsClaim(on command: Command) -> String? {
    guard isInLesson, !command.isForLooking else { return nil }
    return "`\(command.verb)` has to wait: the lesson goes on with this file until its end"
  }
}

extension Command {
  /// The verb that it begins with.
  var verb: String { description.split(separator: " ").first.map(String.init) ?? "" }

  /// Whether it leaves the file, its ranges and the workers as they are.
  var isForLooking: Bool {
    switch self {
    case .goto, .byte, .layer, .zoom, .select, .find, .findAgain, .theme, .status, .page, .kernel, .extents, .users,
      .watch,
      .screen, .say, .set, .record, .help, .quit:
      true
    case .expect(.error(_, .command(let command))): command.isForLooking
    case .expect: true
    // A read or a comparison may find pages lost, and that is noted.
    case .create, .open, .allocate, .write, .read, .verify, .flush, .sync, .reuse, .split, .workers, .outside, .pause,
      .source:
      false
    }
  }
}
