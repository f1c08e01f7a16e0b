//! Streams, cut anywhere.

use proptest::prelude::*;

use super::*;

const MAX: usize = 40;

/// The frames of a stream that comes in these pieces, and what is wrong with it in the end.
fn frames(pieces: &[&[u8]]) -> (Vec<Frame>, Option<String>) {
    let (mut framing, mut octets, mut frames) = (Framing::new(MAX), BytesMut::new(), Vec::new());
    let mut pieces = pieces.iter();
    loop {
        let piece = pieces.next();
        octets.extend_from_slice(piece.copied().unwrap_or_default());
        loop {
            let next = match piece {
                Some(_) => framing.decode(&mut octets),
                None => framing.decode_eof(&mut octets),
            };
            match next {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error.to_string())),
            }
        }
        assert!(octets.len() <= MAX + 1, "{} octets are kept", octets.len());
        if piece.is_none() {
            return (frames, None);
        }
    }
}

fn told(stream: &[u8]) -> String {
    let (frames, error) = frames(&[stream]);
    let told = frames.iter().map(|frame| match frame {
        Frame::Message(message) => format!("{:?}", String::from_utf8_lossy(message)),
        Frame::TooLong => "too long".to_owned(),
    });
    told.chain(error).collect::<Vec<_>>().join(", ")
}

#[test]
fn counted_messages_may_hold_line_breaks_and_lines_may_not() {
    assert_eq!(told(b"11 <13>1 a\nb c10 <13>1 - - "), r#""<13>1 a\nb c", "<13>1 - - ""#);
    assert_eq!(told(b"12 <13>1 a\nb c 3 <1>"), r#""<13>1 a\nb c ", "<1>""#);
    assert_eq!(
        told(b"<13>1 a\n<14>1 b\r\n\n<15>1 c\0<16>1 d"),
        r#""<13>1 a", "<14>1 b", "<15>1 c", "<16>1 d""#
    );
    assert_eq!(told(b"5 <13>1\n<13>1 a\n5 <14>1"), r#""<13>1", "<13>1 a", "<14>1""#);
}

#[test]
fn what_is_too_long_is_left_out_and_the_next_message_is_not() {
    let long = "x".repeat(MAX + 1);
    assert_eq!(
        told(format!("{} {long}5 <13>1", long.len()).as_bytes()),
        r#"too long, "<13>1""#
    );
    assert_eq!(
        told(format!("<13>{long}\n<13>1 a\n").as_bytes()),
        r#"too long, "<13>1 a""#
    );
}

#[test]
fn a_line_that_is_as_long_as_may_be_is_taken_with_either_line_break_however_it_is_cut() {
    let longest = format!("<13>{}", "x".repeat(MAX - 4));
    for line_break in ["\n", "\r\n", "\0"] {
        let stream = format!("{longest}{line_break}<13>1 a\n");
        for cut in 0..stream.len() {
            let (before, after) = stream.as_bytes().split_at(cut);
            let expected = [longest.as_bytes(), b"<13>1 a".as_slice()].map(|message| Frame::Message(message.to_vec()));
            assert_eq!(frames(&[before, after]), (expected.to_vec(), None), "cut at {cut}");
        }
    }
    assert_eq!(
        told(format!("{longest}x\r\n<13>1 a\n").as_bytes()),
        r#"too long, "<13>1 a""#
    );
    assert_eq!(
        told(format!("{longest}\rx\n<13>1 a\n").as_bytes()),
        r#"too long, "<13>1 a""#
    );
}

#[test]
fn a_stream_that_is_no_syslog_ends_with_a_reason() {
    assert_eq!(
        told(b"99999999999999999999 x"),
        "a frame begins with more than 9 digits: it is neither counted nor a line"
    );
    assert_eq!(told(b"9 <13>1"), "the stream ended in the middle of a message");
    assert_eq!(told(b"12"), "the stream ended in the middle of a message");
    assert_eq!(told(b"1x\n"), r#""1x""#);
}

proptest! {
    #[test]
    fn no_octets_make_it_panic_or_keep_more_than_a_message(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=MAX), 0..8)) {
        // Every octet that is pushed at a time counts once.
        let mut framing = Framing::new(MAX);
        let mut octets = BytesMut::new();
        'pieces: for piece in &pieces {
            octets.extend_from_slice(piece);
            loop {
                match framing.decode(&mut octets) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => break 'pieces,
                }
            }
            // The last of them may be the first half of a line break.
            prop_assert!(octets.len() <= MAX + 1);
        }
    }

    #[test]
    fn messages_come_out_as_they_went_in_however_the_network_cuts_them(
        messages in prop::collection::vec(("<[0-9]{1,3}>[a-z {}\n]{0,30}", any::<bool>()), 0..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut stream = Vec::new();
        let mut expected = Vec::new();
        for (message, is_counted) in &messages {
            if *is_counted {
                stream.extend(format!("{} {message}", message.len()).into_bytes());
                expected.push(Frame::Message(message.clone().into_bytes()));
            } else {
                let line = message.replace('\n', " ");
                stream.extend(format!("{line}\n").into_bytes());
                expected.push(Frame::Message(line.into_bytes()));
            }
        }
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        places.sort_unstable();
        let mut pieces: Vec<&[u8]> = Vec::new();
        let mut begin = 0;
        for place in places {
            pieces.push(&stream[begin..place]);
            begin = place;
        }
        pieces.push(&stream[begin..]);
        let mut framing = Framing::new(MAX);
        let (mut octets, mut frames) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            octets.extend_from_slice(piece);
            while let Some(frame) = framing.decode(&mut octets).unwrap() {
                frames.push(frame);
            }
        }
        prop_assert_eq!(frames, expected);
    }
}
