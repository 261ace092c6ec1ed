"""The entry: `streamlit run app.py`. Pages stand in ui/page.py and ui/event/page.py, what serves them in ui/server.py."""

if __name__ == "__main__":  # a run of the page's script
    from ui.event.page import event_page, is_event
    from ui.page import page

    event_page() if is_event() else page()
elif __name__ == "app":  # the server, once; a training process imports this file too, under another name
    from streamlit.starlette import App

    from ui.server import ROUTES, lifespan

    app = App(__file__, routes=ROUTES, lifespan=lifespan)
