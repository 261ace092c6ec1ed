"""The page's entry: `streamlit run app.py`. What is on it stands in ui/page.py and ui/event/page.py."""

if __name__ == "__main__":  # a training process imports this file too, under another name, and shows nothing
    from ui.event.page import event_page, is_event
    from ui.page import page

    event_page() if is_event() else page()
