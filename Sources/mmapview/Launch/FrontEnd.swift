import Inspector

/// One way to run the program: on the screen, in lines that a person types, or with no one to watch.
///
/// All run one loop: carry out the script's next command, show what came of it, sleep until there is more to do.
protocol FrontEnd: AnyObject {
  var session: Session { get }
  /// Whether it ends without `quit`.
  var hasEnded: Bool { get }
  func step() throws(ScriptError) -> Player.Progress
  func show(_ progress: Player.Progress) throws(ScriptError)
  /// Sleeps until there is something to do, and takes what came in.
  func rest(after progress: Player.Progress) throws(ScriptError)
}

extension FrontEnd {
  /// Notes whether a lesson still goes on with what is open.
  func noteLesson() { session.host.isInLesson = session.host.outside != nil && session.player.upcoming != nil }

  func drive() throws(ScriptError) {
    while !session.isOver, !hasEnded {
      let progress = try step()
      try show(progress)
      try rest(after: progress)
    }
  }
}

extension Duration {
  /// What a person takes for at once; of a step that takes longer progress is drawn, and it can be stopped.
  static let atOnce = Duration.milliseconds(100)
}

extension Session {
  /// The layout of a window, from whose cells `zoom in` and `zoom out` go on; `nil` if it is too small.
  func layout(_ interface: Interface, width: Int, height: Int) -> Layout? {
    let layout = Layout(self, interface, width: width, height: height)
    if file != nil, let layout { frameShows(pagesPerCell: layout.shape.pagesPerCell) }
    return layout
  }
}

/// The session's events that were not printed yet.
struct News {
  private var count = 0

  mutating func skip(_ session: Session) { count = session.eventCount }

  mutating func take(_ session: Session) -> ArraySlice<Event> {
    defer { skip(session) }
    return session.log.suffix(session.eventCount - count)
  }
}
