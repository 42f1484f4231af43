//! What a hand and a keyboard do, as scripts, and Escape from each state.

use super::*;

#[test]
fn a_click_selects_and_a_click_beside_clears() {
    check("down 20,20; up 20,20; down 20,300; up 20,300", &["(pending)", "select [a]", "(pending)", "select []"]);
}

#[test]
fn control_adds_to_the_selection_and_takes_away() {
    check(
        "down 20,20; up 20,20; ctrl down 420,20; up 420,20; shift down 20,20; up 20,20",
        &["(pending)", "select [a]", "(pending)", "select [a+b]", "(pending)", "select [b]"],
    );
}

#[test]
fn a_second_click_soon_opens_and_late_does_not() {
    check("down 20,20; up 20,20 @100; down 20,20; up 20,20 @400", &["(pending)", "select [a]", "(pending)", "open a"]);
    check("down 20,20; up 20,20 @100; down 20,20; up 20,20 @900", &["(pending)", "select [a]", "(pending)", ""]);
    check("down 20,20; up 20,20 @100; down 420,20; up 420,20 @200", &["(pending)", "select [a]", "(pending)", "select [b]"]);
}

#[test]
fn a_drag_begins_past_the_slop_and_moves_by_all_of_it() {
    check(
        "down 20,20; move 22,21; move 30,20; move 120,70; up 120,70",
        &["(pending)", "(pending)", "select [a], pick up a, a to 10,0, (dragging)", "a to 100,50, (dragging)", "put down, MOVED a"],
    );
}

#[test]
fn dragging_one_of_several_selected_moves_all() {
    check(
        "down 20,20; up 20,20; ctrl down 420,20; up 420,20; down 30,30; move 30,40; up 30,40",
        &[
            "(pending)",
            "select [a]",
            "(pending)",
            "select [a+b]",
            "(pending)",
            "pick up a+b, a to 0,10, b to 400,20, (dragging)",
            "put down, MOVED a+b",
        ],
    );
}

#[test]
fn escape_brings_dragged_nodes_back() {
    check(
        "down 20,20; move 120,70; press Escape; up 120,70",
        &["(pending)", "select [a], pick up a, a to 100,50, (dragging)", "a to 0,0, put down", "ignored"],
    );
}

#[test]
fn the_canvas_is_pushed_by_its_ground_by_the_wheel_by_the_middle_button_and_with_space_anywhere() {
    check("down 20,300; move 70,310; up 70,310", &["(pending)", "look -50,-10 x1.00, (panning)", ""]);
    check("wheel 5,5 30,40; shift wheel 5,5 0,40", &["look 30,40 x1.00", "look 70,40 x1.00"]);
    check("middle 20,20; move 30,20; up 30,20", &["(panning)", "look -10,0 x1.00, (panning)", ""]);
    check(
        "press Space; down 20,20; move 30,20; up 30,20; release Space; down 20,20; up 20,20",
        &["", "(panning)", "look -10,0 x1.00, (panning)", "", "ignored", "(pending)", "select [a]"],
    );
    check("down 20,300; move 70,300; press Escape", &["(pending)", "look -50,0 x1.00, (panning)", "look 0,0 x1.00"]);
}

#[test]
fn zooming_is_about_the_pointer_or_the_middle() {
    check("ctrl wheel 0,0 0,-100; ctrl wheel 0,0 0,100", &["look 0,0 x1.28", "look 0,0 x1.00"]);
    check("press +; press 0; press -", &["look 120,80 x1.25", "look 0,0 x1.00", "look -150,-100 x0.80"]);
    check("press 1", &["look -96,-264 x1.00"]);
}

#[test]
fn two_fingers_pinch_and_one_pans() {
    check(
        "touch1 100,300; touch2 300,300; slide2 500,300; lift1 100,300; slide2 510,300",
        &["(pending)", "(pinching)", "look 50,150 x2.00, (pinching)", "(panning)", "look 45,150 x2.00, (panning)"],
    );
}

#[test]
fn a_frame_with_shift_selects_what_it_touches_beside_what_was() {
    check(
        "down 20,20; up 20,20; shift down 390,300; move 600,50; move 900,50; up 900,50",
        &[
            "(pending)",
            "select [a]",
            "(pending)",
            "frame 390,50 210x250, select [a+b], (framing)",
            "frame 390,50 510x250, select [a+b+c], (framing)",
            "no frame",
        ],
    );
    check(
        "shift down 390,300; move 600,50; press Escape",
        &["(pending)", "frame 390,50 210x250, select [b], (framing)", "no frame, select []"],
    );
}

#[test]
fn the_keyboard_reaches_every_node_and_leaves_with_shift() {
    check("shift press Tab", &["ignored"]);
    check("press End; press Home; press Enter", &["select [c]", "select [a], look -40,-40 x1.00", "open a"]);
    check(
        "press Home; press Right; press Right; press Left; press Up",
        &["select [a], look -40,-40 x1.00", "select [b]", "select [c]", "select [b]", ""],
    );
    check(
        "press Home; alt press Right; alt press Down; alt press Left",
        &["select [a], look -40,-40 x1.00", "select [b]", "select [c]", "select [a]"],
    );
    check("press Right", &["look 80,0 x1.00"]);
    check("press Enter", &["ignored"]);
    check("ctrl press a; press Escape; press Escape", &["select [a+b+c]", "select []", "ignored"]);
    check("ctrl press c", &["ignored"]);
    check("press End; ctrl press Enter", &["select [c]", "ignored"]);
    check("press o", &["overview"]);
    check("press End; press 2; press Escape; press 2", &["select [c]", "look 304,-164 x1.00", "select []", "ignored"]);
}

#[test]
fn tab_and_a_double_click_on_the_ground_ask_for_a_node() {
    check("press Tab", &["ADD at 600,400"]);
    check("press End; press Tab", &["select [c]", "ADD at 1068,200 after Case(0) of c"]);
    check("press Home; press Tab", &["select [a], look -40,-40 x1.00", "ADD at 268,0 after Case(0) of a"]);
    check("down 20,300; up 20,300 @10; down 22,301; up 22,301 @200", &["(pending)", "", "(pending)", "ADD at 22,301"]);
    check("down 20,300; up 20,300 @10; down 90,301; up 90,301 @200", &["(pending)", "", "(pending)", ""]);
}

#[test]
fn delete_asks_that_what_is_selected_go() {
    check("press Delete", &["ignored"]);
    check("press End; press Delete", &["select [c]", "REMOVE c"]);
    check("down 304,35; up 304,35; press Delete", &["(pending)", "select [a-b]", "DISCONNECT a-b"]);
    check_furnished(
        "down 20,420; up 20,420; ctrl down 420,30; up 420,30; press Delete",
        &["(pending)", "select [note]", "(pending)", "select [b+note]", "REMOVE b+note"],
    );
}

#[test]
fn an_edge_is_drawn_from_a_port_to_a_node_and_snaps_to_it() {
    check(
        "down 608,34; move 700,100; move 795,230; move 820,240; up 820,240",
        &[
            "(pending)",
            "draw Case(0) of b to 700,100, (connecting)",
            "draw Case(0) of b to c, (connecting)",
            "(connecting)",
            "drawn, CONNECT Case(0) of b to c",
        ],
    );
    let mut canvas = canvas();
    play(&mut canvas, "down 608,34; move 795,230");
    let draft = canvas.draft().unwrap();
    assert_eq!(Some(draft.tip), canvas.scene().input(draft.to.unwrap()), "it ends at the input, wherever the pointer is over the card");
}

#[test]
fn an_edge_from_a_port_that_leads_somewhere_takes_the_place_of_the_one_there() {
    check(
        "down 208,24; move 820,240; up 820,240",
        &["(pending)", "draw Case(0) of a to c, (connecting)", "drawn, CONNECT Case(0) of a to c"],
    );
    check("down 208,24; move 420,40; up 420,40", &["(pending)", "draw Case(0) of a to b, (connecting)", "drawn"]);
}

#[test]
fn an_edge_that_may_not_be_says_why_and_is_not_made() {
    check("down 608,34; move 20,20; up 20,20", &["(pending)", "draw Case(0) of b to a (NoInput), (connecting)", "drawn"]);
    check("down 608,34; move 500,40; up 500,40", &["(pending)", "draw Case(0) of b to b (Itself), (connecting)", "drawn"]);
}

#[test]
fn an_edge_that_is_dropped_on_the_ground_asks_what_comes_next() {
    check(
        "down 608,34; move 700,500; up 700,500",
        &["(pending)", "draw Case(0) of b to 700,500, (connecting)", "drawn, OFFER after Case(0) of b at 700,464"],
    );
}

#[test]
fn an_edge_is_hovered_selected_and_joined_to_others_by_either_end() {
    check(
        "move 304,35; down 304,35; up 304,35; move 398,46; move 209,25",
        &["hover a-b", "(pending)", "select [a-b]", "hover To of a-b", "hover From of a-b"],
    );
    check(
        "down 304,35; up 304,35; down 398,46; move 820,240; up 820,240",
        &["(pending)", "select [a-b]", "(pending)", "draw Case(0) of a to c, (connecting)", "drawn, RECONNECT a-b as Case(0) of a to c"],
    );
    check(
        "down 304,35; up 304,35; down 208,24; move 820,240; up 820,240",
        &["(pending)", "select [a-b]", "(pending)", "draw Case(0) of c to b, (connecting)", "drawn, RECONNECT a-b as Case(0) of c to b"],
    );
    // Without being selected first, by a drag near its end; dropped on the ground, it stays as it was.
    check("down 385,46; move 395,300; up 395,300", &["(pending)", "draw Case(0) of a to 395,300, (connecting)", "drawn"]);
}

#[test]
fn an_edge_is_drawn_by_keys() {
    check(
        "press End; press Left; press c; press Right; press Enter",
        &[
            "select [c]",
            "select [b], look 0,-30 x1.00",
            "draw Case(0) of b to 668,34, (aiming)",
            "draw Case(0) of b to c, (aiming)",
            "drawn, CONNECT Case(0) of b to c",
        ],
    );
    check(
        "press End; press Left; press c; press c; press Left; press Enter; press Escape",
        &[
            "select [c]",
            "select [b], look 0,-30 x1.00",
            "draw Case(0) of b to 668,34, (aiming)",
            "draw Next of b to 668,58, (aiming)",
            "draw Next of b to a (NoInput), look -40,-40 x1.00, (aiming)",
            "(aiming)",
            "drawn",
        ],
    );
    check(
        "press End; press c; press Enter",
        &["select [c]", "draw Case(0) of c to 1068,224, (aiming)", "drawn, OFFER after Case(0) of c at 1068,188"],
    );
    check("press c", &["ignored"]);
}

#[test]
fn the_edges_of_a_node_are_reached_by_keys() {
    check(
        "press Home; press e; press e; press e; press Delete; press Escape",
        &["select [a], look -40,-40 x1.00", "select [a-b]", "select [a-c]", "select [a-b]", "DISCONNECT a-b", "select []"],
    );
    check("press End; press e", &["select [c]", "ignored"]);
}

#[test]
fn a_loose_node_is_dropped_into_an_edge() {
    check_furnished(
        "down 1020,620; move 220,20; up 220,20",
        &[
            "(pending)",
            "select [d], pick up d, d to 200,0, guides 0,0..408,0 0,36..408,36 0,72..408,72, over a-b, (dragging)",
            "no guides, over none, put down, INSERT d on a-b by Next",
        ],
    );
    // A node with edges of its own is only moved.
    check_furnished(
        "down 420,30; move 520,120; up 520,120",
        &["(pending)", "select [b], pick up b, b to 500,100, (dragging)", "put down, MOVED b"],
    );
}

#[test]
fn what_is_dragged_comes_level_with_what_is_near_unless_alt_is_held() {
    check(
        "down 420,30; move 420,24; alt move 420,25; up 420,25",
        &[
            "(pending)",
            "select [b], pick up b, b to 400,0, guides 0,0..608,0 0,36..608,36 0,72..608,72, (dragging)",
            "b to 400,5, no guides, (dragging)",
            "put down, MOVED b",
        ],
    );
}

#[test]
fn a_frame_takes_along_what_is_in_it() {
    check_furnished(
        "down 900,150; move 900,450; up 900,450",
        &["(pending)", "select [frame], pick up c+frame, c to 800,500, frame to 760,440, (dragging)", "put down, MOVED c+frame"],
    );
    check_furnished("down 900,310; move 950,310", &["(pending)", "look -50,0 x1.00, (panning)"]);
}

#[test]
fn an_item_gets_another_size_by_its_handles() {
    check_furnished(
        "down 20,420; up 20,420; move 160,480; down 160,480; move 200,520; up 200,520",
        &[
            "(pending)",
            "select [note]",
            "hover handle 1,1 of note",
            "(pending)",
            "pick up note, note is 0,400 200x120, (resizing)",
            "put down, MOVED note",
        ],
    );
    check_furnished(
        "down 20,420; up 20,420; down 0,440; move 900,440; press Escape",
        &["(pending)", "select [note]", "(pending)", "pick up note, note is 112,400 48x80, (resizing)", "note is 0,400 160x80, put down"],
    );
}

#[test]
fn a_picture_that_stays_is_ground_to_drag_but_can_be_selected() {
    check_furnished("down 100,600; move 150,600; up 150,600", &["(pending)", "look -50,0 x1.00, (panning)", ""]);
    check_furnished("down 100,600; up 100,600; press Delete", &["(pending)", "select [picture]", "REMOVE picture"]);
    check_furnished("down 100,600; up 100,600; press m", &["(pending)", "select [picture]", "ignored"]);
}

#[test]
fn a_second_click_on_a_note_opens_it() {
    check_furnished("down 20,420; up 20,420 @10; down 20,420; up 20,420 @200", &["(pending)", "select [note]", "(pending)", "open note"]);
}

#[test]
fn a_selected_node_is_brought_into_view() {
    let mut canvas = canvas();
    canvas.look(Camera { origin: pt(5000.0, 0.0), ..*canvas.camera() });
    canvas.select_id("a");
    assert!(canvas.camera().visible().encloses(&Rect::new(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)), "one sees it");
}

#[test]
fn the_whole_stays_in_view_until_one_looks_elsewhere() {
    let mut canvas = canvas();
    canvas.fit();
    let resize =
        |canvas: &mut Canvas, width| canvas.handle(&Input { time: 0.0, held: Held::default(), event: Event::Resize(width, 400.0) });
    resize(&mut canvas, 500.0);
    let all = canvas.scene().bounds().unwrap();
    assert!(canvas.camera().visible().encloses(&all), "all is in the smaller window too");
    play(&mut canvas, "wheel 5,5 30,40");
    let middle = canvas.camera().visible().center();
    resize(&mut canvas, 300.0);
    assert!(canvas.camera().visible().center().distance(middle) < 1e-3, "then one looks where one looked");
}

#[test]
fn nodes_are_moved_by_keys() {
    check(
        "press Home; press m; press Right; shift press Down; press Enter",
        &["select [a], look -40,-40 x1.00", "pick up a, (nudging)", "a to 8,0, (nudging)", "a to 8,48, (nudging)", "put down, MOVED a"],
    );
    check(
        "press Home; press m; press Right; press Escape",
        &["select [a], look -40,-40 x1.00", "pick up a, (nudging)", "a to 8,0, (nudging)", "a to 0,0, put down"],
    );
    check("press m", &["ignored"]);
}

#[test]
fn hovering_is_told_once() {
    check("move 20,20; move 30,30; move 208,24; move 20,300; leave", &["hover a", "", "hover Case(0) of a", "hover nothing", ""]);
}

/// Each script leaves the canvas in the state that it is named after.
const STATES: [(&str, &str); 10] = [
    ("idle", "press Home"),
    ("pending", "down 20,20"),
    ("panning", "down 20,300; move 90,300"),
    ("pinching", "touch1 100,300; touch2 300,300"),
    ("dragging", "down 20,20; move 90,90"),
    ("framing", "shift down 20,300; move 90,390"),
    ("nudging", "press Home; press m"),
    ("connecting", "down 608,34; move 700,100"),
    ("aiming", "press Home; press c"),
    ("resizing", "down 20,420; up 20,420; down 160,480; move 300,500"),
];

/// Where everything stands.
fn places(canvas: &Canvas) -> Vec<Rect> {
    let scene = canvas.scene();
    (0..scene.nodes().len()).map(|row| scene.nodes().rect(row)).chain(scene.items().iter().map(|item| item.rect)).collect()
}

#[test]
fn escape_leaves_every_state_and_takes_back_what_it_did() {
    for (expected, script) in STATES {
        for leave in ["press Escape", "blur"] {
            let mut canvas = furnished();
            play(&mut canvas, script);
            assert_eq!(state(canvas.gesture()), expected, "`{script}` reaches it");
            let told = play(&mut canvas, leave);
            assert_eq!(state(canvas.gesture()), "idle", "{leave} leaves {expected}: {told}");
            assert_eq!(places(&canvas), places(&furnished()), "{leave} puts everything back from {expected}");
            assert!(is_at_rest(&canvas), "nothing of {expected} is left");
            assert!(!told.contains(|c: char| c.is_uppercase()), "and nothing is asked for: {told}");
        }
    }
}

#[test]
fn a_lost_pointer_ends_what_it_held() {
    for (held, script) in STATES {
        let mut canvas = furnished();
        play(&mut canvas, script);
        play(&mut canvas, "lost");
        let by_mouse = ["pending", "panning", "dragging", "framing", "connecting", "resizing"].contains(&held);
        assert_eq!(state(canvas.gesture()) == "idle", by_mouse || held == "idle", "the mouse held {held}: {by_mouse}");
    }
}

proptest! {
    #[test]
    fn no_input_breaks_the_canvas_and_escape_always_comes_home(script in prop::collection::vec((0usize..26, 0u16..1200, 0u16..800), 0..60)) {
        const WORDS: [&str; 26] = [
            "down", "move", "up", "middle", "touch1", "touch2", "slide1", "slide2", "lift1", "shift down", "ctrl down", "lost",
            "press Tab", "press m", "press Right", "press 1", "press Space", "release Space", "press c", "press e", "press Delete",
            "press Enter", "alt move", "ctrl press a", "down", "move",
        ];
        // Where there is something to take hold of, so that chance finds it more often.
        const SPOTS: [(u16, u16); 8] = [(208, 24), (608, 58), (300, 26), (20, 420), (160, 480), (900, 150), (1020, 620), (820, 240)];
        let mut canvas = furnished();
        for (word, x, y) in script {
            let (x, y) = if x % 2 == 0 { SPOTS[usize::from(y) % SPOTS.len()] } else { (x, y) };
            play(&mut canvas, &format!("{} {x},{y}", WORDS[word]));
            let camera = canvas.camera();
            prop_assert!(camera.origin.x.is_finite() && camera.origin.y.is_finite() && camera.zoom > 0.0);
            let held = [state(canvas.gesture()) == "connecting", state(canvas.gesture()) == "aiming"].contains(&true);
            prop_assert!(held || canvas.draft().is_none(), "an edge is only drawn while one draws");
            prop_assert!(canvas.selected_edge().is_none() || canvas.selected().is_empty(), "an edge is selected alone");
        }
        play(&mut canvas, "press Escape");
        prop_assert_eq!(state(canvas.gesture()), "idle");
        prop_assert!(is_at_rest(&canvas));
        prop_assert_eq!((canvas.scene().nodes().len(), canvas.scene().items().len()), (4, 3));
        prop_assert!(canvas.scene().items().iter().all(|item| item.rect.w >= crate::LEAST_ITEM && item.rect.h >= crate::LEAST_ITEM));
    }
}
