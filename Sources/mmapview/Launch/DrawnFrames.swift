import Inspector
import TerminalCanvas

/// Draws frames of a session that has no screen, as if there were a window of a size; those that it drew are its past.
final class DrawnFrames {
  private unowned let session: Session
  private let size: Headless.Size
  private var browser = PastBrowser()

  /// Lets `screen` make frames, and `back` step through them.
  init(of session: Session, size: Headless.Size, isASCII: Bool) {
    (self.session, self.size) = (session, size)
    session.useASCII(isASCII)
    session.host.takeScreen = { [unowned self] file throws(CommandError) in
      try Screenshot.take(draw(), session.view.theme.palette, file)
    }
    session.host.stepInPast = { [unowned self] step throws(CommandError) in
      try browser.step(step, from: present(), session)
    }
    session.host.isInPast = { [unowned self] in browser.view != nil }
  }

  func draw() -> Canvas {
    var interface = present()
    browser.keep(interface, session)
    // Another file ends the past.
    interface.past = browser.view
    let layout = session.layout(interface, width: size.width, height: size.height)
    return Screen.draw(Snapshot(session, interface, layout, width: size.width, height: size.height))
  }

  // What is so now.
  private func present() -> Interface {
    var interface = Interface()
    if session.view.isASCII { interface.glyphs = .ascii }
    let layout = session.layout(interface, width: size.width, height: size.height)
    interface.past = browser.view
    if let layout { interface.sample(session, layout) }
    return interface
  }
}
